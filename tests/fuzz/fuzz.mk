# What the fuzz targets are made of; a part of the Makefile.

FUZZ = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/test_*.c))

# As tests they go through their corpora, with libFuzzer they make up inputs.
$(FUZZ): $(BUILD)/%: $(BUILD)/%.o $(LIBRARY) \
	$(if $(FUZZER),,$(BUILD)/tests/fuzz/replay.o)
	$(CC) $(CFLAGS) $(SAN) $(FUZZER) -pthread -o $@ $^ $(LDFLAGS) \
		$(TEST_LIBS)
tests fuzzers: $(FUZZ)

SECONDS = 60
fuzz: test-deps san-deps ## made-up input for every parser, SECONDS=n each
	@$(MAKE) --no-print-directory BUILD=build/fuzz CC=clang OPT=-O1 FUZZER=-fsanitize=fuzzer \
		SAN="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" fuzzers
	@sh tests/fuzz/run.sh build/fuzz $(SECONDS)
.PHONY: fuzz fuzzers
