# What the benchmarks are made of; a part of the Makefile.

# These know the daemon from outside only.
$(BUILD)/tests/bench/bench_control $(BUILD)/tests/bench/bench_footprint \
	$(BUILD)/tests/bench/bench_subscribers: $(RIG_OBJ)
$(BUILD)/tests/bench/bench_loudness $(BUILD)/tests/bench/bench_mixer \
	$(BUILD)/tests/bench/bench_advice: $(LIBRARY)
$(BUILD)/tests/bench/bench_slots: $(LIBRARY) $(BUILD)/tests/bench/bench_floor.o
$(BUILD)/tests/bench/bench_engine: $(LIBRARY) $(BUILD)/tests/bench/bench_floor.o \
	$(BUILD)/client/demo/band.o $(BUILD)/client/demo/voices.o \
	$(BUILD)/engine_0.o $(BUILD)/engine_1.o
# The engine with fewer meters, beside the whole one in the same program.
$(addprefix $(BUILD)/engine_,0.o 1.o): $(BUILD)/engine_%.o: \
	$(call obj,daemon/engine)
	$(MAKE) BUILD=$(BUILD)/engine_$* CFLAGS="$(CFLAGS) -DENGINE_METERS=$*" \
		$(patsubst $(BUILD)/%,$(BUILD)/engine_$*/%,$^)
	$(LD) -r -o $@ $(patsubst $(BUILD)/%,$(BUILD)/engine_$*/%,$^)
	objcopy -G engine_run -G kernel_named $@
	objcopy --redefine-sym engine_run=engine_run_$* \
		--redefine-sym kernel_named=kernel_named_$* $@
$(BENCH): $(BUILD)/%: $(BUILD)/%.o
	$(CC) $(CFLAGS) $(SAN) -pthread -o $@ $^ $(LDFLAGS) $(TEST_LIBS)
