#include "protocol/schema.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EVERY \
	(KIND_BIT(STRIP_CHANNEL) | KIND_BIT(STRIP_BUS) | KIND_BIT(STRIP_MASTER))
#define SUMMED (KIND_BIT(STRIP_BUS) | KIND_BIT(STRIP_MASTER))
#define MONITOR KIND_BIT(STRIP_MONITOR)
#define MIXED (KIND_BIT(STRIP_CHANNEL) | KIND_BIT(STRIP_BUS))

/* `max` of what only the daemon sets, where nothing bounds it. */
#define UNBOUNDED HUGE_VAL

static const char *const taps[] = { "pre", "post", NULL };
static const char *const solo_modes[] = { "place", "pfl", "afl", NULL };
static const char *const insert_states[] = { "active", "bypassed",
	"unconnected", "failed", "loading", NULL };
static const char *const jack_states[] = { "waiting", "running", "freewheeling",
	NULL };

/* Fields as in struct schema_param: id, address, tail, scope, type, kinds,
 * writable, in_config, unit, min, max, def, choices, help. */
static const struct schema_param table[PARAMS] = {
	[PARAM_TRIM] = { PARAM_TRIM, "/<s>/trim", "trim", SCOPE_STRIP,
	    SCHEMA_FLOAT, EVERY, true, true, "dB", -40, 40, 0, NULL,
	    "Clip gain, before everything else in the strip." },
	[PARAM_POLARITY] = { PARAM_POLARITY, "/<s>/polarity", "polarity",
	    SCOPE_STRIP, SCHEMA_INT, EVERY, true, true, "", 0, 1, 0, NULL,
	    "1 inverts the signal, together with the trim." },
	[PARAM_DELAY] = { PARAM_DELAY, "/<s>/delay", "delay", SCOPE_STRIP,
	    SCHEMA_FLOAT, EVERY | MONITOR, true, true, "ms", 0, 500, 0, NULL,
	    "Delays the signal, to align microphones or loudspeakers." },
	[PARAM_FADER] = { PARAM_FADER, "/<s>/fader", "fader", SCOPE_STRIP,
	    SCHEMA_FLOAT, EVERY, true, true, "dB", -200, 10, 0, NULL,
	    "Level of the strip in the mix; -200 is off." },
	[PARAM_PAN] = { PARAM_PAN, "/<s>/pan", "pan", SCOPE_STRIP, SCHEMA_FLOAT,
	    MIXED, true, true, "", -1, 1, 0, NULL,
	    "Place between left (-1) and right (1); balance on a stereo "
	    "strip." },
	[PARAM_MUTE] = { PARAM_MUTE, "/<s>/mute", "mute", SCOPE_STRIP,
	    SCHEMA_INT, EVERY | MONITOR, true, true, "", 0, 1, 0, NULL,
	    "1 silences the strip and its post-fader sends." },
	[PARAM_SOLO] = { PARAM_SOLO, "/<s>/solo", "solo", SCOPE_STRIP,
	    SCHEMA_INT, MIXED, true, false, "", 0, 1, 0, NULL,
	    "1 solos the strip: in place, where strips without solo are not "
	    "heard, or on the monitor, as /monitor/solo_mode says." },
	[PARAM_SAFE] = { PARAM_SAFE, "/<s>/safe", "safe", SCOPE_STRIP,
	    SCHEMA_INT, EVERY, true, true, "", 0, 1, 0, NULL,
	    "1 keeps recalls of scenes away from the strip, its sends and its "
	    "inserts." },
	[PARAM_GUARD] = { PARAM_GUARD, "/<s>/guard", "guard", SCOPE_STRIP,
	    SCHEMA_INT, SUMMED, true, false, "", 0, 1, 0, NULL,
	    "1 pulls the trim of this bus, or of the master, down where it "
	    "would clip." },
	[PARAM_GUARD_AFTER] = { PARAM_GUARD_AFTER, "/<s>/guard/after",
	    "guard/after", SCOPE_STRIP, SCHEMA_FLOAT, SUMMED, true, false, "ms",
	    10, 1000, 200, NULL,
	    "Time above 0 dBFS behind the fader, within a second, that the "
	    "guard lets pass." },
	[PARAM_GUARD_MOST] = { PARAM_GUARD_MOST, "/<s>/guard/most",
	    "guard/most", SCOPE_STRIP, SCHEMA_FLOAT, SUMMED, true, false, "dB",
	    0, 40, 6, NULL, "What the guard takes of the trim at most." },
	[PARAM_LEVEL] = { PARAM_LEVEL, "/monitor/level", "level", SCOPE_STRIP,
	    SCHEMA_FLOAT, MONITOR, true, true, "dB", -200, 10, 0, NULL,
	    "Level of the monitor; -200 is off." },
	[PARAM_DIM] = { PARAM_DIM, "/monitor/dim", "dim", SCOPE_STRIP,
	    SCHEMA_INT, MONITOR, true, true, "", 0, 1, 0, NULL,
	    "1 turns the monitor down by /monitor/dim_level." },
	[PARAM_DIM_LEVEL] = { PARAM_DIM_LEVEL, "/monitor/dim_level",
	    "dim_level", SCOPE_STRIP, SCHEMA_FLOAT, MONITOR, true, true, "dB",
	    -60, 0, -20, NULL, "What dimming does to the level." },
	[PARAM_MONO] = { PARAM_MONO, "/monitor/mono", "mono", SCOPE_STRIP,
	    SCHEMA_INT, MONITOR, true, true, "", 0, 1, 0, NULL,
	    "1 plays half the sum of left and right on both sides." },
	[PARAM_SOLO_MODE] = { PARAM_SOLO_MODE, "/monitor/solo_mode",
	    "solo_mode", SCOPE_STRIP, SCHEMA_CHOICE, MONITOR, true, true, "",
	    SOLO_PLACE, SOLO_AFL, SOLO_PLACE, solo_modes,
	    "Where solos are heard: in place at the master, or on the monitor "
	    "instead of its source, from before the faders (pfl) or behind "
	    "them and the pan (afl)." },
	[PARAM_SEND_LEVEL] = { PARAM_SEND_LEVEL, "/<s>/send/<bus>/level",
	    "level", SCOPE_SEND, SCHEMA_FLOAT, MIXED, true, true, "dB", -200,
	    10, 0, NULL, "Level sent to the bus; -200 is off." },
	[PARAM_SEND_PAN] = { PARAM_SEND_PAN, "/<s>/send/<bus>/pan", "pan",
	    SCOPE_SEND, SCHEMA_FLOAT, MIXED, true, true, "", -1, 1, 0, NULL,
	    "Place of the send between left (-1) and right (1) of the bus." },
	[PARAM_SEND_MUTE] = { PARAM_SEND_MUTE, "/<s>/send/<bus>/mute", "mute",
	    SCOPE_SEND, SCHEMA_INT, MIXED, true, true, "", 0, 1, 0, NULL,
	    "1 silences the send." },
	[PARAM_SEND_TAP] = { PARAM_SEND_TAP, "/<s>/send/<bus>/tap", "tap",
	    SCOPE_SEND, SCHEMA_CHOICE, MIXED, true, true, "", TAP_PRE, TAP_POST,
	    TAP_POST, taps, "Takes the signal before or after the fader." },
	[PARAM_TARGET_LOW] = { PARAM_TARGET_LOW, "/<s>/target/low",
	    "target/low", SCOPE_STRIP, SCHEMA_FLOAT, EVERY, true, false, "dBFS",
	    -60, 0, -18, NULL,
	    "True peak that the loud parts should reach; -30 by default in "
	    "buses and the master, and never above target/high, which it moves "
	    "along." },
	[PARAM_TARGET_HIGH] = { PARAM_TARGET_HIGH, "/<s>/target/high",
	    "target/high", SCOPE_STRIP, SCHEMA_FLOAT, EVERY, true, false,
	    "dBFS", -60, 0, -10, NULL,
	    "True peak that nothing should exceed; the default of buses and "
	    "the master is -6." },
	[PARAM_TARGET_INSERT] = { PARAM_TARGET_INSERT, "/<s>/target/insert",
	    "target/insert", SCOPE_STRIP, SCHEMA_FLOAT, EVERY, true, false,
	    "dBFS", -60, 0, -18, NULL,
	    "RMS that insert slots are to be fed with, give or take 6 dB." },
	[PARAM_TARGET_LOUDNESS] = { PARAM_TARGET_LOUDNESS,
	    "/<s>/target/loudness", "target/loudness", SCOPE_STRIP,
	    SCHEMA_FLOAT, KIND_BIT(STRIP_MASTER), true, false, "LUFS", -200, 0,
	    -200, NULL,
	    "Integrated loudness of the programme, on the master only; -200 "
	    "for none." },
	[PARAM_GUARD_REDUCTION] = { PARAM_GUARD_REDUCTION,
	    "/<s>/guard/reduction", "guard/reduction", SCOPE_STRIP,
	    SCHEMA_FLOAT, SUMMED, false, false, "dB", 0, 40, 0, NULL,
	    "What the guard has taken of the trim; 0 again when it is given "
	    "back, or the trim is moved by hand." },
	[PARAM_NAME] = { PARAM_NAME, "/<s>/name", "name", SCOPE_STRIP,
	    SCHEMA_TEXT, EVERY | MONITOR, true, true, "", 0, 64, 0, NULL,
	    "Shown name of the strip." },
	[PARAM_SOURCE] = { PARAM_SOURCE, "/monitor/source", "source",
	    SCOPE_STRIP, SCHEMA_TEXT, MONITOR, true, true, "", 0, 64, 0, NULL,
	    "What the monitor plays: master, bus/<id>, or solo for what is "
	    "soloed and nothing else." },
	[PARAM_SOLOED] = { PARAM_SOLOED, "/monitor/soloed", "soloed",
	    SCOPE_STRIP, SCHEMA_INT, MONITOR, false, false, "", 0, 1, 0, NULL,
	    "1 while a strip is soloed, in whatever mode." },
	[PARAM_FADER_POSITION] = { PARAM_FADER_POSITION, "/<s>/fader/position",
	    "fader/position", SCOPE_STRIP, SCHEMA_FLOAT, EVERY, true, false, "",
	    0, 1, 0.75, NULL,
	    "The fader as a place along its travel; 0 is off, 0.75 is 0 dB." },
	[PARAM_DCA_FADER] = { PARAM_DCA_FADER, "/dca/<id>/fader", "fader",
	    SCOPE_DCA, SCHEMA_FLOAT, 0, true, true, "dB", -200, 10, 0, NULL,
	    "What the DCA adds to the faders of its strips; -200 is off." },
	[PARAM_DCA_POSITION] = { PARAM_DCA_POSITION, "/dca/<id>/fader/position",
	    "fader/position", SCOPE_DCA, SCHEMA_FLOAT, 0, true, false, "", 0, 1,
	    0.75, NULL,
	    "The same as a place along its travel; 0 is off, 0.75 is 0 dB." },
	[PARAM_DCA_MUTE] = { PARAM_DCA_MUTE, "/dca/<id>/mute", "mute",
	    SCOPE_DCA, SCHEMA_INT, 0, true, true, "", 0, 1, 0, NULL,
	    "1 silences its strips as their own mutes do, which stay as they "
	    "are." },
	[PARAM_DCA_NAME] = { PARAM_DCA_NAME, "/dca/<id>/name", "name",
	    SCOPE_DCA, SCHEMA_TEXT, 0, true, true, "", 0, 64, 0, NULL,
	    "Shown name of the DCA." },
	[PARAM_MUTE_GROUP] = { PARAM_MUTE_GROUP, "/mutegroup/<id>", "",
	    SCOPE_MUTE_GROUP, SCHEMA_INT, 0, true, false, "", 0, 1, 0, NULL,
	    "1 silences its strips as their own mutes do, which stay as they "
	    "are." },
	[PARAM_MUTE_GROUP_NAME] = { PARAM_MUTE_GROUP_NAME,
	    "/mutegroup/<id>/name", "name", SCOPE_MUTE_GROUP, SCHEMA_TEXT, 0,
	    true, true, "", 0, 64, 0, NULL, "Shown name of the mute group." },
	[PARAM_INSERT_NAME] = { PARAM_INSERT_NAME, "/<s>/insert/<n>/name",
	    "name", SCOPE_INSERT, SCHEMA_TEXT, EVERY, false, false, "", 0, 256,
	    0, NULL,
	    "Name of the plugin, its URI if it is not installed, or jack." },
	[PARAM_INSERT_STATE] = { PARAM_INSERT_STATE, "/<s>/insert/<n>/state",
	    "state", SCOPE_INSERT, SCHEMA_CHOICE, EVERY, false, false, "",
	    INSERT_ACTIVE, INSERT_LOADING, INSERT_ACTIVE, insert_states,
	    "Unless it is active, the signal passes the slot as it is." },
	[PARAM_INSERT_BYPASS] = { PARAM_INSERT_BYPASS, "/<s>/insert/<n>/bypass",
	    "bypass", SCOPE_INSERT, SCHEMA_INT, EVERY, true, true, "", 0, 1, 0,
	    NULL,
	    "1 passes the signal by, without a click and without a change of "
	    "latency." },
	[PARAM_INSERT_PARAM] = { PARAM_INSERT_PARAM,
	    "/<s>/insert/<n>/param/<symbol>", "<symbol>", SCOPE_INSERT_PARAM,
	    SCHEMA_FLOAT, EVERY, true, false, "", -UNBOUNDED, UNBOUNDED, 0,
	    NULL,
	    "A parameter of an LV2 plugin by its symbol, in its own unit and "
	    "range; where values have labels, a label may be set, too." },
	[PARAM_METER] = { PARAM_METER, "/meter/<s>/<stage>", "", SCOPE_METER,
	    SCHEMA_FLOAT, EVERY | MONITOR, false, false, "dBFS", -200,
	    UNBOUNDED, -200, NULL,
	    "Peak, RMS and true peak of each lane; RMS over the last 300 ms, "
	    "peaks since the last reading." },
	[PARAM_HEADROOM] = { PARAM_HEADROOM, "/headroom/<s>/<stage>", "",
	    SCOPE_HEADROOM, SCHEMA_FLOAT, EVERY | MONITOR, false, false, "dB",
	    -UNBOUNDED, 200, 200, NULL,
	    "Minus the highest true peak since the reset, rounded down to "
	    "tenths, and the zone: silent, low, nominal, hot, over or clip." },
	[PARAM_HEADROOM_RESET] = { PARAM_HEADROOM_RESET, "/headroom/<s>/reset",
	    "reset", SCOPE_HEADROOM, SCHEMA_COMMAND, EVERY | MONITOR, false,
	    false, "", 0, 0, 0, NULL,
	    "No arguments; headroom and zones of the strip begin anew; answers "
	    "its own address ,i 1." },
	[PARAM_LOUDNESS] = { PARAM_LOUDNESS, "/loudness/<s>", "",
	    SCOPE_LOUDNESS, SCHEMA_FLOAT, SUMMED | MONITOR, false, false,
	    "LUFS", -200, UNBOUNDED, -200, NULL,
	    "Of a bus, the master or the monitor, behind its fader: momentary, "
	    "short-term "
	    "and integrated loudness, loudness range in LU, correlation, DC in "
	    "dBFS, crest factor in dB, highest momentary and highest "
	    "short-term loudness." },
	[PARAM_LOUDNESS_RESET] = { PARAM_LOUDNESS_RESET, "/loudness/<s>/reset",
	    "reset", SCOPE_LOUDNESS, SCHEMA_COMMAND, SUMMED | MONITOR, false,
	    false, "", 0, 0, 0, NULL,
	    "No arguments; integrated loudness, range and the highest ones "
	    "begin anew; answers its own address ,i 1." },
	[PARAM_STATUS_SAMPLE_RATE] = { PARAM_STATUS_SAMPLE_RATE,
	    "/status/sample_rate", "sample_rate", SCOPE_STATUS, SCHEMA_INT, 0,
	    false, false, "Hz", 0, UNBOUNDED, 0, NULL,
	    "Sample rate of the JACK server; 0 before the first one." },
	[PARAM_STATUS_PERIOD] = { PARAM_STATUS_PERIOD, "/status/period",
	    "period", SCOPE_STATUS, SCHEMA_INT, 0, false, false, "frames", 0,
	    UNBOUNDED, 0, NULL, "Period of the JACK server." },
	[PARAM_STATUS_DSP_LOAD] = { PARAM_STATUS_DSP_LOAD, "/status/dsp_load",
	    "dsp_load", SCOPE_STATUS, SCHEMA_FLOAT, 0, false, false, "%", 0,
	    UNBOUNDED, 0, NULL,
	    "Share of each period that the JACK graph takes." },
	[PARAM_STATUS_WORST_CYCLE] = { PARAM_STATUS_WORST_CYCLE,
	    "/status/worst_cycle", "worst_cycle", SCOPE_STATUS, SCHEMA_FLOAT, 0,
	    false, false, "%", 0, UNBOUNDED, 0, NULL,
	    "Share of a period that the mixer's own longest cycle took in the "
	    "last 10 to 20 seconds, plugins and waits for the processor "
	    "included." },
	[PARAM_STATUS_XRUNS] = { PARAM_STATUS_XRUNS, "/status/xruns", "xruns",
	    SCOPE_STATUS, SCHEMA_INT, 0, false, false, "", 0, UNBOUNDED, 0,
	    NULL, "Xruns since the daemon was started." },
	[PARAM_STATUS_JACK] = { PARAM_STATUS_JACK, "/status/jack", "jack",
	    SCOPE_STATUS, SCHEMA_CHOICE, 0, false, false, "", 0, 2, 0,
	    jack_states, "What the JACK server is doing." },
	[PARAM_STATUS_UPTIME] = { PARAM_STATUS_UPTIME, "/status/uptime",
	    "uptime", SCOPE_STATUS, SCHEMA_FLOAT, 0, false, false, "s", 0,
	    UNBOUNDED, 0, NULL, "Time since the daemon was started." },
	[PARAM_STATUS_VERSION] = { PARAM_STATUS_VERSION, "/status/version",
	    "version", SCOPE_STATUS, SCHEMA_TEXT, 0, false, false, "", 0, 64, 0,
	    NULL, "Version of the daemon." },
	[PARAM_STATUS_SUBSCRIBERS] = { PARAM_STATUS_SUBSCRIBERS,
	    "/status/subscribers", "subscribers", SCOPE_STATUS, SCHEMA_INT, 0,
	    false, false, "", 0, UNBOUNDED, 0, NULL,
	    "Clients that hold a lease." },
	[PARAM_STATUS_DROPS] = { PARAM_STATUS_DROPS, "/status/drops/<reason>",
	    "drops", SCOPE_STATUS, SCHEMA_INT, 0, false, false, "", 0,
	    UNBOUNDED, 0, NULL,
	    "What was dropped: malformed packets, denied senders, leases "
	    "without room, meters there was no time for, packets that "
	    "could not be sent (send), events that could not be written, "
	    "requests beyond the sender's role, without the token or without "
	    "the cookie that they need, packets above the rate, connections "
	    "that were not read from (slow) or that there was no room for." },
	[PARAM_STATUS_INSERT_MEAN] = { PARAM_STATUS_INSERT_MEAN,
	    "/status/insert/<s>/<n>/mean", "mean", SCOPE_STATUS_INSERT,
	    SCHEMA_FLOAT, EVERY, false, false, "us", 0, UNBOUNDED, 0, NULL,
	    "Time that the plugin of a slot took in each cycle of the last "
	    "second, on average." },
	[PARAM_STATUS_INSERT_WORST] = { PARAM_STATUS_INSERT_WORST,
	    "/status/insert/<s>/<n>/worst", "worst", SCOPE_STATUS_INSERT,
	    SCHEMA_FLOAT, EVERY, false, false, "us", 0, UNBOUNDED, 0, NULL,
	    "The same of the longest cycle of that second." },
	[PARAM_SUBSCRIBE] = { PARAM_SUBSCRIBE, "/subscribe", "subscribe",
	    SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "s topic (state, meters, meters/blob, headroom, loudness, events, "
	    "advice or status), then if wanted i rate in Hz (1 to 100) and s "
	    "address prefix; answers /subscribed ,sis topic rate prefix." },
	[PARAM_RENEW] = { PARAM_RENEW, "/renew", "renew", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "No arguments; renews every lease of the sender for 10 s and "
	    "answers /renewed ,ih leases state, where the state is the number "
	    "of "
	    "changes of the desk so far." },
	[PARAM_UNSUBSCRIBE] = { PARAM_UNSUBSCRIBE, "/unsubscribe",
	    "unsubscribe", SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0,
	    0, 0, NULL,
	    "No arguments, s topic, or s topic and s prefix; ends all leases "
	    "of the sender or those named, without an answer." },
	[PARAM_EVENTS] = { PARAM_EVENTS, "/events", "events", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "h (or i) sequence number, and if wanted another; answers each "
	    "kept event after the first and up to the second, oldest first, "
	    "/events/gone ,hh first last for those that are not kept, then "
	    "/events ,h newest; without an argument the newest only." },
	[PARAM_LIST] = { PARAM_LIST, "/list", "list", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "No arguments; answers /list ,ssisi strip name lanes stages "
	    "outputs for each strip, /list/send ,ss strip bus for each of its "
	    "sends, /list/slot ,sisssi strip slot kind name state lanes for "
	    "each of its insert slots, /list/target ,sff strip low high, "
	    "/list/dca ,ssi id name strips for each DCA and "
	    "/list/dca/strips ,ss id strips for those in it, "
	    "/list/mutegroup and /list/mutegroup/strips as these, then "
	    "/list/end ,iii strips dcas mutegroups." },
	[PARAM_DUMP] = { PARAM_DUMP, "/dump", "dump", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "No arguments, or s address prefix; answers /dump ,sh prefix "
	    "state, then every parameter that a state subscription with this "
	    "prefix would tell of, then /dump/end ,sih prefix parameters "
	    "state." },
	[PARAM_DESCRIBE] = { PARAM_DESCRIBE, "/describe", "describe",
	    SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "s address or pattern; answers /describe ,siis address part parts "
	    "text for each address, where the parts make up a JSON object, "
	    "then /describe/end ,si asked addresses." },
	[PARAM_PLUGINS] = { PARAM_PLUGINS, "/plugins", "plugins", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "s part of a name or URI, or nothing for all; answers /plugins "
	    ",ssiii uri name inputs outputs parameters for each installed "
	    "plugin that a slot can hold, then /plugins/end ,si asked "
	    "plugins." },
	[PARAM_PLUGIN] = { PARAM_PLUGIN, "/plugin", "plugin", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "s URI; answers /plugin ,siis uri part parts text, where the "
	    "parts make up a JSON object." },
	[PARAM_METERS_LAYOUT] = { PARAM_METERS_LAYOUT, "/meters/layout",
	    "meters/layout", SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0,
	    0, 0, NULL,
	    "No arguments or s prefix; answers /meters/layout ,sisiis prefix "
	    "layout strip entry lanes stages for each strip in a meter blob, "
	    "then /meters/layout/end ,siii prefix layout strips entries." },
	[PARAM_RESET_LOUDNESS] = { PARAM_RESET_LOUDNESS, "/loudness/reset",
	    "loudness/reset", SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "",
	    0, 0, 0, NULL,
	    "No arguments, for the role admin; resets the loudness of every "
	    "strip that has one and answers /loudness/reset ,i strips." },
	[PARAM_RESET_HEADROOM] = { PARAM_RESET_HEADROOM, "/headroom/reset",
	    "headroom/reset", SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "",
	    0, 0, 0, NULL,
	    "No arguments, for the role admin; resets headroom and zones of "
	    "every strip and answers /headroom/reset ,i strips." },
	[PARAM_ADVICE] = { PARAM_ADVICE, "/advice", "advice", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "No arguments; answers /advice ,issssffsiis id severity code strip "
	    "stage value limit unit seconds sets words for each finding, "
	    "/advice/fix ,isf id address value for each set of its fix, then "
	    "/advice/end ,i findings." },
	[PARAM_ADVICE_APPLY] = { PARAM_ADVICE_APPLY, "/advice/apply",
	    "advice/apply", SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0,
	    0, 0, NULL,
	    "i number of a finding, or 0 for all that can be mended at once; "
	    "does its sets as one step and answers /advice/apply ,iii id "
	    "findings sets." },
	[PARAM_UNDO] = { PARAM_UNDO, "/undo", "undo", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "No arguments; takes the last step of /advice/apply or "
	    "/scene/recall back, and at the next call the one before, and "
	    "answers /undo ,is values step; 0 if there is none." },
	[PARAM_GUARD_RELEASE] = { PARAM_GUARD_RELEASE, "/guard/release",
	    "guard/release", SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0,
	    0, 0, NULL,
	    "No arguments, or s strip, such as master or bus/*; gives back "
	    "what "
	    "the guards have taken of the trims and answers /guard/release ,i "
	    "strips." },
	[PARAM_SOUNDCHECK_START] = { PARAM_SOUNDCHECK_START,
	    "/soundcheck/start", "soundcheck/start", SCOPE_DESK, SCHEMA_COMMAND,
	    0, false, false, "", 0, 0, 0, NULL,
	    "Nothing, or f seconds (1 to 300, else 20) and s strips or "
	    "patterns "
	    "of them (else all channels); listens to their inputs and answers "
	    "/soundcheck/start ,fi seconds strips." },
	[PARAM_SOUNDCHECK_STATUS] = { PARAM_SOUNDCHECK_STATUS,
	    "/soundcheck/status", "soundcheck/status", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "No arguments; answers /soundcheck/status ,sff state heard seconds "
	    "(idle, listening or done), /soundcheck/strip ,ssfffffs strip "
	    "verdict peak rms sounded trim proposed words for each strip, then "
	    "/soundcheck/end ,i strips." },
	[PARAM_SOUNDCHECK_APPLY] = { PARAM_SOUNDCHECK_APPLY,
	    "/soundcheck/apply", "soundcheck/apply", SCOPE_DESK, SCHEMA_COMMAND,
	    0, false, false, "", 0, 0, 0, NULL,
	    "Nothing, or i 1 and s strips or patterns of them (else all that "
	    "were listened to); moves their trims to what is proposed, with 1 "
	    "their faders against them, as one step, and answers "
	    "/soundcheck/apply ,i strips." },
	[PARAM_SOUNDCHECK_CANCEL] = { PARAM_SOUNDCHECK_CANCEL,
	    "/soundcheck/cancel", "soundcheck/cancel", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "No arguments; forgets the sound check and answers "
	    "/soundcheck/cancel ,i 1, or 0 if there was none." },
	[PARAM_SCENE_SAVE] = { PARAM_SCENE_SAVE, "/scene/save", "scene/save",
	    SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "s name, then if wanted up to 8 times s scope, for the role admin; "
	    "saves what stands now and answers /scene/save ,si name values." },
	[PARAM_SCENE_RECALL] = { PARAM_SCENE_RECALL, "/scene/recall",
	    "scene/recall", SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0,
	    0, 0, NULL,
	    "s name, then if wanted f seconds of a fade (0 to 3600) and up to "
	    "8 times s scope, for the role admin; answers /scene/recall ,siiif "
	    "name changes safe unknown seconds." },
	[PARAM_SCENE_PREVIEW] = { PARAM_SCENE_PREVIEW, "/scene/preview",
	    "scene/preview", SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0,
	    0, 0, NULL,
	    "Arguments as of /scene/recall; changes nothing and answers "
	    "/scene/change ,s?? address now then for each value that a recall "
	    "would change, /scene/safe ,s address for each that it leaves "
	    "alone in a safe strip, /scene/unknown ,s address for each without "
	    "a place in this desk, then /scene/preview/end ,siii name changes "
	    "safe unknown." },
	[PARAM_SCENE_SHOW] = { PARAM_SCENE_SHOW, "/scene/show", "scene/show",
	    SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "s name; answers /scene/value ,s? address value for each value, "
	    "/scene/unknown ,s address for each without a place in this desk, "
	    "then /scene/show/end ,sii name values unknown." },
	[PARAM_SCENE_LIST] = { PARAM_SCENE_LIST, "/scene/list", "scene/list",
	    SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "No arguments; answers /scene/list ,shis name saved values problem "
	    "for each scene, saved in ms since 1970, UTC, and a problem \"\" "
	    "or what is wrong with its file, then /scene/list/end ,i "
	    "scenes." },
	[PARAM_SCENE_CURRENT] = { PARAM_SCENE_CURRENT, "/scene/current",
	    "scene/current", SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0,
	    0, 0, NULL,
	    "No arguments; answers /scene/current ,sif name changed seconds: "
	    "the scene that was recalled or saved last, \"\" for none, whether "
	    "a value of it is another now, and what is left of its fade." },
	[PARAM_SCENE_STOP] = { PARAM_SCENE_STOP, "/scene/stop", "scene/stop",
	    SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "No arguments, for the role admin; holds a fade where it is and "
	    "answers /scene/stop ,i values." },
	[PARAM_SCENE_RENAME] = { PARAM_SCENE_RENAME, "/scene/rename",
	    "scene/rename", SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0,
	    0, 0, NULL,
	    "s name, s another that no scene has, for the role admin; answers "
	    "/scene/rename ,ss name another." },
	[PARAM_SCENE_DELETE] = { PARAM_SCENE_DELETE, "/scene/delete",
	    "scene/delete", SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0,
	    0, 0, NULL,
	    "s name, for the role admin; answers /scene/delete ,s name." },
	[PARAM_RELOAD] = { PARAM_RELOAD, "/reload", "reload", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "No arguments, for the role admin; reads the configuration file "
	    "again and, if nothing is wrong with it, takes what it says; "
	    "answers a /reload/line ,ss kind text for each change or error, "
	    "then /reload/end ,ssi command verdict lines." },
	[PARAM_RELOAD_CHECK] = { PARAM_RELOAD_CHECK, "/reload/check",
	    "reload/check", SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0,
	    0, 0, NULL,
	    "No arguments, for the role admin; answers as /reload does, but "
	    "changes nothing." },
	[PARAM_ADD] = { PARAM_ADD, "/add", "add", SCOPE_DESK, SCHEMA_COMMAND, 0,
	    false, false, "", 0, 0, 0, NULL,
	    "s JSON of a strip, {\"channel\": {...}} or {\"bus\": {...}}; or s "
	    "place of an insert slot, such as ch/kick/insert/2, s its JSON; "
	    "for the role admin; adds it and answers as /reload does." },
	[PARAM_REMOVE] = { PARAM_REMOVE, "/remove", "remove", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "s strip or insert slot, such as ch/kick or ch/kick/insert/2, for "
	    "the role admin; removes it and answers as /reload does." },
	[PARAM_MOVE] = { PARAM_MOVE, "/move", "move", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "s strip or insert slot, i place that it goes to, from 1 on, for "
	    "the role admin; moves it and answers as /reload does." },
	[PARAM_CONFIG_SAVE] = { PARAM_CONFIG_SAVE, "/config/save",
	    "config/save", SCOPE_DESK, SCHEMA_COMMAND, 0, false, false, "", 0,
	    0, 0, NULL,
	    "No arguments, for the role admin; writes the desk as it stands "
	    "to the configuration file, whose last text is kept beside it as "
	    "FILE~, and answers as /reload does." },
	[PARAM_REPLY] = { PARAM_REPLY, "/reply", "reply", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "i port, or 0; what the sender is sent goes to that port of its "
	    "address from now on, and 0 ends that; over UDP, from a trusted "
	    "network; answers /reply ,i port there." },
	[PARAM_COOKIE] = { PARAM_COOKIE, "/cookie", "cookie", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "s what came as /cookie ,s; proves the sender's address and "
	    "answers /proven ,i seconds, 0 where no proof is needed." },
	[PARAM_AUTH] = { PARAM_AUTH, "/auth", "auth", SCOPE_DESK,
	    SCHEMA_COMMAND, 0, false, false, "", 0, 0, 0, NULL,
	    "s token, or nothing; answers /auth ,ss role strips: what the "
	    "sender may do, and the strips that it is narrowed to." },
};

const struct schema_param *
schema_param(enum param id)
{
	return &table[id];
}

const struct schema_param *
schema_find(enum schema_scope scope, const char *tail)
{
	for (size_t i = 0; i < PARAMS; i++)
		if (table[i].scope == scope && strcmp(table[i].tail, tail) == 0)
			return &table[i];
	return NULL;
}

const char *
schema_kind_name(enum strip_kind kind)
{
	static const char *const name[STRIP_KINDS] = { "ch", "bus", "master",
		"monitor" };

	return name[kind];
}

enum param
schema_position_of(enum param fader)
{
	return fader == PARAM_FADER       ? PARAM_FADER_POSITION
	       : fader == PARAM_DCA_FADER ? PARAM_DCA_POSITION
					  : PARAMS;
}

enum param
schema_fader_of(enum param position)
{
	return position == PARAM_FADER_POSITION ? PARAM_FADER
	       : position == PARAM_DCA_POSITION ? PARAM_DCA_FADER
						: PARAMS;
}

const char *
schema_group_name(enum group_kind kind)
{
	return kind == GROUP_DCA ? "dca" : "mutegroup";
}

enum schema_scope
schema_group_scope(enum group_kind kind)
{
	return kind == GROUP_DCA ? SCOPE_DCA : SCOPE_MUTE_GROUP;
}

enum group_kind
schema_scope_group(enum schema_scope scope)
{
	return scope == SCOPE_DCA          ? GROUP_DCA
	       : scope == SCOPE_MUTE_GROUP ? GROUP_MUTE
					   : GROUP_KINDS;
}

bool
schema_kind_is_one(enum strip_kind kind)
{
	return kind == STRIP_MASTER || kind == STRIP_MONITOR;
}

const char *
schema_code(enum schema_verdict verdict)
{
	switch (verdict) {
	case SCHEMA_TYPE:
		return "wrong-type";
	case SCHEMA_NOT_FINITE:
		return "not-finite";
	case SCHEMA_CHOICE_UNKNOWN:
	case SCHEMA_TEXT_BAD:
		return "bad-value";
	case SCHEMA_READ_ONLY:
		return "read-only";
	default:
		return "";
	}
}

/* "pre or post", "waiting, running or freewheeling". */
static int
print_choices(const char *const *choices, char *text, size_t size)
{
	int length = snprintf(text, size, "%s", choices[0]);

	for (size_t i = 1; choices[i] != NULL; i++) {
		size_t at = (size_t)length < size ? (size_t)length : size;

		length += snprintf(text + at, size - at, "%s%s",
		    choices[i + 1] != NULL ? ", " : " or ", choices[i]);
	}
	return length;
}

int
schema_allowed(const struct schema_param *param, char *text, size_t size)
{
	const char *gap = param->unit[0] != '\0' ? " " : "";

	switch (param->type) {
	case SCHEMA_CHOICE:
		return print_choices(param->choices, text, size);
	case SCHEMA_TEXT:
		return snprintf(
		    text, size, "text of at most %g bytes", param->max);
	case SCHEMA_COMMAND:
		return snprintf(text, size, "a command, which has no value");
	default:
		break;
	}
	if (isinf(param->min))
		return snprintf(text, size, "a number in its own range");
	if (isinf(param->max))
		return snprintf(text, size, "at least %g%s%s", param->min, gap,
		    param->unit);
	if (param->type == SCHEMA_INT && param->max == param->min + 1)
		return snprintf(text, size, "%g or %g%s%s", param->min,
		    param->max, gap, param->unit);
	return snprintf(text, size, "%g to %g%s%s", param->min, param->max, gap,
	    param->unit);
}

/* Bytes of the well-formed UTF-8 character in front (RFC 3629), or 0. */
static size_t
utf8_size(const unsigned char *text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t size;
	uint32_t code;

	if (text[0] < 0x80)
		return text[0] != 0;
	if (text[0] < 0xc0 || text[0] > 0xf7)
		return 0;
	size = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	code = text[0] & (0x7fU >> size);
	for (size_t i = 1; i < size; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3fU);
	}
	if (code < least[size] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return size;
}

/* Is there a control character (C0, DEL or C1) in front? */
static bool
is_control(const unsigned char *text)
{
	return text[0] < 0x20 || text[0] == 0x7f ||
	       (text[0] == 0xc2 && text[1] >= 0x80 && text[1] < 0xa0);
}

/* Writes text in quotes so that it can be shown to people: at most about 40
 * bytes, "?" for what is no character. */
static void
print_quoted(const char *value, char *text, size_t size)
{
	const unsigned char *at = (const unsigned char *)value;
	char shown[48];
	size_t length = 0, step;

	while (*at != '\0' && length < 40) {
		step = utf8_size(at);
		if (step == 0 || is_control(at)) {
			shown[length++] = '?';
			at += step > 0 ? step : 1;
			continue;
		}
		memcpy(shown + length, at, step);
		length += step;
		at += step;
	}
	shown[length] = '\0';
	snprintf(text, size, "\"%s\"%s", shown, *at != '\0' ? "..." : "");
}

static void
print_number(double number, const char *unit, char *text, size_t size)
{
	if (isnan(number))
		snprintf(text, size, "NaN");
	else if (isinf(number))
		snprintf(text, size, number > 0 ? "infinity" : "-infinity");
	else
		snprintf(text, size, "%.8g%s%s", number,
		    unit[0] != '\0' ? " " : "", unit);
}

static bool
is_number(char type)
{
	return type == 'i' || type == 'f' || type == 'd' || type == 'h';
}

static bool
is_text(char type)
{
	return type == 's' || type == 'S';
}

/* What came, in words. */
static void
print_found(
    const struct schema_value *in, const char *unit, char *text, size_t size)
{
	static const struct {
		char type;
		const char *name;
	} other[] = {
		{ 'T', "true" },
		{ 'F', "false" },
		{ 'N', "nothing (N)" },
		{ 'I', "an impulse (I)" },
		{ 'b', "a blob" },
		{ 't', "a time tag" },
		{ 'm', "a MIDI message" },
		{ 'c', "a character" },
		{ 'r', "a colour" },
	};

	if (is_number(in->type)) {
		print_number(in->number, unit, text, size);
		return;
	}
	if (is_text(in->type)) {
		print_quoted(in->text, text, size);
		return;
	}
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
		if (other[i].type == in->type) {
			snprintf(text, size, "%s", other[i].name);
			return;
		}
	snprintf(text, size, "type '%c'", in->type);
}

/* Writes the reason for any verdict but SCHEMA_OK; returns the verdict. */
static enum schema_verdict
refuse(enum schema_verdict verdict, const struct schema_param *param,
    const struct schema_value *in, char *why, size_t why_size)
{
	char found[96], allowed[96];

	print_found(in, param->unit, found, sizeof found);
	schema_allowed(param, allowed, sizeof allowed);
	snprintf(why, why_size, "found %s; allowed %s", found, allowed);
	return verdict;
}

static enum schema_verdict
accept_text(const struct schema_param *param, const struct schema_value *in,
    struct schema_value *out, char *why, size_t why_size)
{
	const unsigned char *text = (const unsigned char *)in->text;
	size_t size, step;

	if (!is_text(in->type))
		return refuse(SCHEMA_TYPE, param, in, why, why_size);
	size = strlen(in->text);
	if (size > (size_t)param->max) {
		snprintf(why, why_size,
		    "found text of %zu bytes; allowed text of at most %g bytes",
		    size, param->max);
		return SCHEMA_TEXT_BAD;
	}
	for (size_t i = 0; i < size; i += step) {
		step = utf8_size(text + i);
		if (step > 0 && !is_control(text + i))
			continue;
		snprintf(why, why_size,
		    "found %s at byte %zu; allowed UTF-8 text without control "
		    "characters",
		    step > 0 ? "a control character" : "no UTF-8", i + 1);
		return SCHEMA_TEXT_BAD;
	}
	*out = (struct schema_value){ .type = 's', .text = in->text };
	return SCHEMA_OK;
}

static enum schema_verdict
accept_choice(const struct schema_param *param, const struct schema_value *in,
    struct schema_value *out, char *why, size_t why_size)
{
	bool named = is_text(in->type);

	if (!named && !is_number(in->type))
		return refuse(SCHEMA_TYPE, param, in, why, why_size);
	if (!named && !isfinite(in->number))
		return refuse(SCHEMA_NOT_FINITE, param, in, why, why_size);
	for (size_t i = 0; param->choices[i] != NULL; i++)
		if (named ? strcmp(in->text, param->choices[i]) == 0
			  : in->number == (double)i) {
			*out = (struct schema_value){ .type = 's',
				.number = (double)i,
				.text = param->choices[i] };
			return SCHEMA_OK;
		}
	return refuse(SCHEMA_CHOICE_UNKNOWN, param, in, why, why_size);
}

static enum schema_verdict
accept_number(const struct schema_param *param, const struct schema_value *in,
    struct schema_value *out, char *why, size_t why_size)
{
	/* True and false say something about switches only. */
	bool flag =
	    (in->type == 'T' || in->type == 'F') && param->type == SCHEMA_INT;
	enum schema_verdict verdict = SCHEMA_OK;
	double number = flag ? in->type == 'T' : in->number;
	double kept;

	if (!flag && !is_number(in->type))
		return refuse(SCHEMA_TYPE, param, in, why, why_size);
	if (!isfinite(number))
		return refuse(SCHEMA_NOT_FINITE, param, in, why, why_size);
	if (param->type == SCHEMA_INT)
		number = round(number);
	/* The sum makes -0 to 0. */
	kept = fmin(fmax(number, param->min), param->max) + 0.0;
	if (kept != number)
		verdict = refuse(SCHEMA_CLAMPED, param, in, why, why_size);
	*out = (struct schema_value){
		.type = param->type == SCHEMA_INT ? 'i' : 'f', .number = kept
	};
	return verdict;
}

enum schema_verdict
schema_accept(const struct schema_param *param, const struct schema_value *in,
    struct schema_value *out, char *why, size_t why_size)
{
	if (why_size > 0)
		why[0] = '\0';
	if (!param->writable) {
		snprintf(why, why_size, "%s can only be read", param->address);
		if (param->type == SCHEMA_COMMAND)
			snprintf(why, why_size,
			    "%s is a command, which has no value",
			    param->address);
		return SCHEMA_READ_ONLY;
	}
	switch (param->type) {
	case SCHEMA_TEXT:
		return accept_text(param, in, out, why, why_size);
	case SCHEMA_CHOICE:
		return accept_choice(param, in, out, why, why_size);
	default:
		return accept_number(param, in, out, why, why_size);
	}
}
