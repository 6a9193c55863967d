# What the fuzz targets are made of; a part of the Makefile.

FUZZ = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/test_*.c))

# As tests they go through their corpora, with libFuzzer they make up inputs.
$(FUZZ): $(BUILD)/%: $(BUILD)/%.o $(LIBRARY) \
	$(if $(FUZZER),,$(BUILD)/tests/fuzz/replay.o)
	$(CC) $(CFLAGS) $(SAN) $(FUZZER) -pthread -o $@ $^ $(LDFLAGS) \
		$(TEST_LIBS)
tests fuzzers: $(FUZZ)
.PHONY: fuzzers
