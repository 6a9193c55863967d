# headroom: `make help` lists what can be made.

PREFIX = /usr/local
DESTDIR =
BUILD = build
CC = cc
OPT = -O3
SAN =
CFLAGS = $(OPT) -g
VERSION = 0.1.0

PACKAGES = gcc make pkg-config jackd2 libjack-jackd2-dev liblo-dev zlib1g-dev libpcre2-dev \
	libcjson-dev libncurses-dev liblilv-dev lv2-dev libsodium-dev libsystemd-dev
TEST_PACKAGES = libcmocka-dev python3-jsonschema mandoc procps liblo-tools pipewire \
	libebur128-dev x42-plugins lsp-plugins-lv2 swh-lv2 chromium pipewire-jack
LINT_PACKAGES = clang-format clang-tidy cppcheck binutils shellcheck systemd
SAN_PACKAGES = clang libclang-rt-14-dev
RT_PACKAGES = clang-22 libclang-rt-22-dev strace

pkg = $(shell pkg-config $(1) 2>/dev/null)
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla \
	-Wundef -Wformat=2 -Werror
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Idaemon -I. \
	$(LV2_CFLAGS) $(WARN) $(CFLAGS) $(SAN) -MMD -MP -pthread
# Strict IEEE arithmetic, the same on every machine; the engine's own speed
# comes from its kernels.
ENGINE_CFLAGS = -ffp-contract=off -fno-math-errno -fno-trapping-math
ifneq ($(filter x86_64%,$(shell $(CC) -dumpmachine)),)
V2 = -msse4.1 -mpopcnt
V3 = -mavx2 -mfma
V4 = -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma -mprefer-vector-width=512
endif
# The realtime thread waits for no symbol to be looked up.
BOUND = -Wl,-z,relro,-z,now
DAEMON_LIBS = $(call pkg,--libs jack liblo libcjson lilv-0 libsodium zlib libpcre2-8 libsystemd) -lm
LV2_CFLAGS = $(call pkg,--cflags lilv-0)
CLIENT_LIBS = $(call pkg,--libs liblo libcjson ncursesw) -lm
DEMO_LIBS = $(call pkg,--libs jack) -lm
TEST_LIBS = $(call pkg,--libs cmocka libebur128) $(DAEMON_LIBS)

src = $(wildcard $(addsuffix /*.c,$(1)))
obj = $(patsubst %.c,$(BUILD)/%.o,$(call src,$(1)))
LIBRARY = $(call obj,daemon/engine daemon/mixer daemon/protocol daemon/edge)
DAEMON = $(BUILD)/daemon/main.o $(LIBRARY)
CTL = $(call obj,client/ctl daemon/protocol)
DEMO = $(call obj,client/demo)
PROGRAMS = $(addprefix $(BUILD)/,headroomd headroomctl headroom-demo)
UNIT = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
CONFORM = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/conform/test_*.c))
RIG = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/rig/test_*.c))
# Programs with faults on purpose, for the realtime gate.
PLANTED = $(addprefix $(BUILD)/planted/,headroomd test_hostile)
PLANT = -Wl,--wrap=engine_run,--wrap=engine_run_segment,--wrap=engine_post,--wrap=meter_close
ZOO = $(BUILD)/tests/lv2/test_zoo
TEST_BUNDLE = $(BUILD)/lv2/headroom-test.lv2
RIG_OBJ = $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/rig/test_%, \
	$(wildcard tests/rig/*.c)))
BENCH = $(patsubst %.c,$(BUILD)/%,$(filter-out \
	tests/bench/bench_floor.c,$(wildcard tests/bench/bench_*.c)))
C_FILES = $(call src,daemon daemon/* client/* tests/*)
H_FILES = $(wildcard daemon/*/*.h client/*/*.h tests/*/*.h)
MAN = daemon/headroom.7 daemon/headroomd.8 client/ctl/headroomctl.1 \
	daemon/mixer/headroom.json.5 daemon/protocol/headroom-osc.7

all: $(PROGRAMS) ## build the three programs

run: deps ## a working mixer: JACK server, example desk, demo band
	@$(MAKE) --no-print-directory all
	@sh client/demo/run.sh $(BUILD)

check: test-deps rt-deps ## every test
	@$(MAKE) --no-print-directory all tests $(PLANTED)
	@sh tests/run.sh $(BUILD)

rtcheck: test-deps rt-deps san-deps ## the long form of the realtime gate
	@$(MAKE) --no-print-directory all tests $(PLANTED)
	@sh tests/realtime/run.sh $(BUILD) long

zoo: test-deps ## load and torture every LV2 plugin that is installed
	@$(MAKE) --no-print-directory $(ZOO)
	@HEADROOM_ZOO=long $(ZOO)

bench: test-deps ## speed of engine and control, beside the machine's floor
	@$(MAKE) --no-print-directory all $(BENCH)
	@for b in $(BENCH); do HEADROOM_BUILD=$(BUILD) $$b || exit 1; done

lint: lint-deps ## format, static analysis, arrows between rooms, man pages
	@sh tests/lint.sh "$(ALL_CFLAGS)" $(BUILD)

format: lint-deps ## lay out the sources by .clang-format
	clang-format -i $(C_FILES) $(H_FILES)

asan: test-deps san-deps ## every test under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory BUILD=build/asan CC=clang OPT=-O1 \
		SAN="-fsanitize=address,undefined -fno-sanitize-recover=all \
		-fno-omit-frame-pointer" all tests
	@LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp HEADROOM_SANITIZED=1 \
		sh tests/run.sh build/asan

tsan: test-deps san-deps ## every test under ThreadSanitizer
	@$(MAKE) --no-print-directory BUILD=build/tsan CC=clang OPT=-O1 \
		SAN="-fsanitize=thread -fno-omit-frame-pointer" all tests
	@TSAN_OPTIONS=suppressions=$(CURDIR)/tests/tsan.supp \
		HEADROOM_SANITIZED=1 sh tests/run.sh build/tsan

MINUTES = 30
soak: test-deps ## a desk at work for MINUTES=n, and what it lost or gained
	@$(MAKE) --no-print-directory all tests
	@HEADROOM_BUILD=$(BUILD) HEADROOM_SOAK=$(MINUTES) $(BUILD)/tests/rig/test_soak

# $(call need,PACKAGES): installs those that are missing, silent if none is.
need = @missing=$$(for p in $(1); do dpkg-query -W -f '$${Status}' $$p \
	2>/dev/null | grep -q 'ok installed' || printf '%s ' $$p; done); \
	[ -z "$$missing" ] || { \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	echo "Installing: $$missing"; \
	{ [ -z "$$sudo" ] || command -v sudo >/dev/null; } && \
	{ $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qy \
	--no-install-recommends $$missing >/dev/null 2>&1 || \
	{ $$sudo apt-get update -q >/dev/null 2>&1; \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qy \
	--no-install-recommends $$missing >/dev/null; }; } || { \
	echo "These Debian packages are needed and could not be installed:" \
	"$$missing" >&2; exit 1; }; }

deps: ## install the Debian packages that are missing
	$(call need,$(PACKAGES))
test-deps: deps
	$(call need,$(TEST_PACKAGES))
lint-deps: test-deps
	$(call need,$(LINT_PACKAGES))
san-deps:
	$(call need,$(SAN_PACKAGES))
rt-deps:
	$(call need,$(RT_PACKAGES))

tests: $(UNIT) $(CONFORM) $(RIG) $(ZOO) $(TEST_BUNDLE)

$(BUILD)/headroomd: $(DAEMON)
	$(CC) $(CFLAGS) $(SAN) -pthread -o $@ $^ $(BOUND) $(LDFLAGS) \
		$(DAEMON_LIBS)
$(BUILD)/headroomctl: $(CTL)
	$(CC) $(CFLAGS) $(SAN) -pthread -o $@ $^ $(LDFLAGS) $(CLIENT_LIBS)
$(BUILD)/headroom-demo: $(DEMO)
	$(CC) $(CFLAGS) $(SAN) -pthread -o $@ $^ $(LDFLAGS) $(DEMO_LIBS)
$(CONFORM): TEST_LIBS += $(call pkg,--libs libebur128)
$(UNIT) $(CONFORM) $(ZOO): $(BUILD)/%: $(BUILD)/%.o $(LIBRARY)
	$(CC) $(CFLAGS) $(SAN) -pthread -o $@ $^ $(LDFLAGS) $(TEST_LIBS)
$(TEST_BUNDLE): tests/lv2/plugins.c $(wildcard tests/lv2/*.ttl)
	@mkdir -p $@ $(BUILD)/tests/lv2
	$(CC) $(ALL_CFLAGS) -fPIC -shared -MF $(BUILD)/tests/lv2/plugins.d \
		-o $@/plugins.so $< -lm
	cp tests/lv2/*.ttl $@
	@touch $@
$(BUILD)/planted/headroomd: $(DAEMON)
$(BUILD)/planted/test_hostile: $(BUILD)/tests/unit/test_hostile.o $(LIBRARY)
$(PLANTED): $(BUILD)/tests/realtime/plant.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SAN) -pthread -o $@ $^ $(BOUND) $(PLANT) $(LDFLAGS) \
		$(TEST_LIBS)
include tests/bench/bench.mk tests/fuzz/fuzz.mk tests/unit/unit.mk systemd/units.mk
# The rig knows the daemon from outside only.
$(RIG): $(BUILD)/%: $(BUILD)/%.o $(RIG_OBJ)
	$(CC) $(CFLAGS) $(SAN) -pthread -o $@ $^ $(LDFLAGS) $(TEST_LIBS)
$(BUILD)/daemon/engine/%.o: ALL_CFLAGS += $(ENGINE_CFLAGS)
$(BUILD)/daemon/engine/kernel_v2.o: ALL_CFLAGS += $(V2)
$(BUILD)/daemon/engine/kernel_v3.o: ALL_CFLAGS += $(V3)
$(BUILD)/daemon/engine/kernel_v4.o: ALL_CFLAGS += $(V4)
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

install: all install-units ## install programs, units, man pages, completion, examples
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/headroom \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	for m in $(MAN); do s=$${m##*.}; \
		install -d $(DESTDIR)$(PREFIX)/share/man/man$$s; \
		install -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man$$s; done
	install -m 644 client/ctl/headroomctl.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/headroomctl
	install -m 644 config/*.json $(DESTDIR)$(PREFIX)/share/headroom

uninstall: uninstall-units ## remove what install put there
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/bin/,$(notdir $(PROGRAMS)))
	for m in $(MAN); do \
		rm -f $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/}; done
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/headroomctl
	rm -rf $(DESTDIR)$(PREFIX)/share/headroom

clean: ## remove everything built
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile tests/*/*.mk | expand -t 20

.PHONY: all run check rtcheck zoo bench lint format asan tsan soak deps test-deps lint-deps \
	san-deps rt-deps tests install uninstall clean help
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
