# What a unit test needs beside the library; a part of the Makefile.

# The file calls of edge/replace.c fail as the test says.
$(BUILD)/tests/unit/test_replace: LDFLAGS += $(foreach f,open write fsync close rename,-Wl,--wrap=$(f))
