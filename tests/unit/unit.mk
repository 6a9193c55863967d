# What a unit test needs beside the library; a part of the Makefile.

# The journal is the test's own.
$(BUILD)/tests/unit/test_log: LDFLAGS += -Wl,--wrap=sd_journal_sendv
# The file calls of edge/replace.c fail as the test says.
$(BUILD)/tests/unit/test_replace: LDFLAGS += $(foreach f,open write fsync close rename unlink,-Wl,--wrap=$(f))
# Those of everything that remembers fail in turn.
FAULTS = $(patsubst %,$(BUILD)/tests/unit/test_%_faults,state scene event)
$(FAULTS): $(BUILD)/tests/unit/file_faults.o $(BUILD)/tests/unit/fault_walk.o
$(FAULTS): LDFLAGS += $(foreach f,open openat read pread write pwrite fsync fdatasync close \
	rename renameat unlink unlinkat mkdir rmdir access ftruncate fstat fstatat flock \
	scandir,-Wl,--wrap=$(f))
