# What a unit test needs beside the library; a part of the Makefile.

# The journal is the test's own.
$(BUILD)/tests/unit/test_log: LDFLAGS += -Wl,--wrap=sd_journal_sendv
# The file calls of edge/replace.c fail as the test says.
$(BUILD)/tests/unit/test_replace: LDFLAGS += $(foreach f,open write fsync close rename unlink,-Wl,--wrap=$(f))
