# SPDX-License-Identifier: Apache-2.0
# make [all]     programs in build/bin, libraries in build/lib
# make check     every test; ends in "N passed, N failed"
# make quickstart, bench, fuzz, lint, asan, conformance DATA=DIR, interop PEERS=DIR, install, dist, clean
# V=1 shows commands. BUILD=DIR builds elsewhere. SANITIZE=1 builds with ASan and UBSan (into build/asan).

VERSION := 0.1.0
SONAME := libattest.so.0
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
CC ?= cc
BUILD ?= $(if $(SANITIZE),build/asan,build)
PKG_CONFIG ?= pkg-config

# Libraries by what needs them; --as-needed keeps from each program what it does not use.
PACKAGES := libcjson yaml-0.1 libsodium libcrypto popt libseccomp expat p11-kit-1 sqlite3 libarchive libcurl
P11_KIT := $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags p11-kit-1))
LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES)) -pthread
WARNINGS := -Wall -Wextra -Werror -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef \
	-Wformat=2 -Wvla -Walloca -Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference
HARDENING := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection
CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=c17 -D_GNU_SOURCE -DATT_VERSION='"$(VERSION)"' -I. $(P11_KIT) -pthread -fvisibility=hidden \
	-ffunction-sections -fdata-sections -fno-strict-aliasing $(WARNINGS) $(CFLAGS)
ALL_LDFLAGS := -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed -Wl,--gc-sections $(LDFLAGS)
ifdef SANITIZE
ALL_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1
ALL_LDFLAGS += -fsanitize=address,undefined
else
ALL_CFLAGS += $(HARDENING)
endif
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' $(1) $(patsubst $(BUILD)/%,%,$@))

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_SRC := $(sort $(wildcard libattest/*.c libattest/*/*.c))
SBOM_SRC := $(sort $(wildcard sbom/*.c))
POLICY_SRC := $(sort $(wildcard policy/*.c))
RELEASE_SRC := $(sort $(wildcard release/*.c))
CMD_SRC := $(sort $(wildcard cmd/attest*.c))
CLI_SRC := $(sort $(filter-out $(CMD_SRC),$(wildcard cmd/*.c)))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
TOOL_SRC := $(sort $(wildcard tests/tools/*.c))

ARCHIVES := $(BUILD)/lib/librelease.a $(BUILD)/lib/libpolicy.a $(BUILD)/lib/libsbom.a $(BUILD)/lib/libattest.a
SHARED := $(BUILD)/lib/libattest.so.$(VERSION)
PROGRAMS := $(CMD_SRC:cmd/%.c=$(BUILD)/bin/%)
UNITS := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)
REPLAYS := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=$(BUILD)/tests/replay_%)
TOOLS := $(TOOL_SRC:tests/tools/%.c=$(BUILD)/tests/%)
FUZZERS := $(FUZZ_SRC:tests/fuzz/%.c=build/fuzz/%)

.PHONY: all tests check asan lint format quickstart bench fuzz conformance interop peers install dist clean
.SECONDARY:
all: $(PROGRAMS) $(ARCHIVES) $(SHARED)
tests: all $(UNITS) $(REPLAYS) $(TOOLS) $(BUILD)/tools/license_index $(BUILD)/tests/fail_malloc.so

# What others link may end up in a shared object of theirs, too.
CODE := -fPIE
$(BUILD)/obj/libattest/%: CODE := -fPIC

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(CODE) -MMD -MP -c $< -o $@

$(BUILD)/lib/libattest.a: $(call objects,$(LIB_SRC))
$(BUILD)/lib/libpolicy.a: $(call objects,$(POLICY_SRC)) $(BUILD)/obj/policy/pages_text.o
$(BUILD)/lib/librelease.a: $(call objects,$(RELEASE_SRC))
$(BUILD)/lib/libsbom.a: $(call objects,$(SBOM_SRC))
$(BUILD)/lib/libcli.a: $(call objects,$(CLI_SRC))
$(ARCHIVES) $(BUILD)/lib/libcli.a:
	@mkdir -p $(@D)
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

# The pages of the finding codes go into the library: "attest policy explain" finds them wherever it is installed.
PAGES := $(sort $(wildcard docs/checks/*.md))
%/gen/pages_text.c: $(PAGES) tools/pages.awk
	@mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f tools/pages.awk $(PAGES) >$@.new && mv $@.new $@
$(BUILD)/obj/policy/pages_text.o: $(BUILD)/gen/pages_text.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(CODE) -c $< -o $@

# attest.o asks for all that attest.h declares, and the archive gives it no more than that takes.
$(SHARED): $(BUILD)/obj/libattest/attest.o $(BUILD)/lib/libattest.a
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) -shared -Wl,-soname,$(SONAME) $(filter-out -pie,$(ALL_LDFLAGS)) $^ $(LIBS) -o $@

$(BUILD)/bin/%: $(BUILD)/obj/cmd/%.o $(BUILD)/lib/libcli.a $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIBS) -o $@

build/bench/%: $(BUILD)/obj/bench/%.o $(call objects,$(CLI_SRC)) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIBS) -o $@

$(BUILD)/tests/test_%: $(BUILD)/obj/tests/unit/test_%.o $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIBS) -lcmocka -o $@

$(BUILD)/tests/replay_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(BUILD)/obj/tests/fuzz/replay.o $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIBS) -o $@

$(BUILD)/tests/%: $(BUILD)/obj/tests/tools/%.o $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIBS) -o $@

# Made by hand of the texts of the SPDX license list:
# build/tools/license_index FOLDER libattest/package/license_texts.bin
$(BUILD)/tools/%: $(BUILD)/obj/tools/%.o $(BUILD)/lib/libattest.a
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIBS) -o $@
$(BUILD)/obj/libattest/package/license_texts.o build/fuzz/obj/libattest/package/license_texts.o: \
	libattest/package/license_texts.bin

# Preloaded by tests/fault; the sanitizers bring an allocator of their own.
$(BUILD)/tests/fail_malloc.so: tests/fault/fail_malloc.c Makefile
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE $(WARNINGS) -O1 -fPIC -shared $< -o $@

# Fuzzers: everything compiled by clang with coverage, into a tree of its own.
FUZZ_FLAGS := -std=c17 -D_GNU_SOURCE -DATT_VERSION='"$(VERSION)"' -I. $(P11_KIT) -pthread -g -O1 \
	-Wno-unknown-warning-option -fsanitize=address,undefined -fno-sanitize-recover=all
build/fuzz/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,FUZZ)
	$(Q)clang $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@

build/fuzz/obj/policy/pages_text.o: build/fuzz/gen/pages_text.c
	@mkdir -p $(@D)
	$(Q)clang $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c $< -o $@

build/fuzz/fuzz_%: build/fuzz/obj/tests/fuzz/fuzz_%.o build/fuzz/obj/policy/pages_text.o \
		$(patsubst %.c,build/fuzz/obj/%.o,$(LIB_SRC) $(SBOM_SRC) $(POLICY_SRC) $(RELEASE_SRC))
	@mkdir -p $(@D)
	$(call say,FUZZ)
	$(Q)clang $(FUZZ_FLAGS) -fsanitize=fuzzer $^ $(LIBS) -o $@

-include $(shell find $(BUILD)/obj build/fuzz/obj -name '*.d' 2>/dev/null)

check:
	$(Q)tests/run
asan:
	$(Q)tests/run asan
lint:
	$(Q)tests/run lint
interop:
	$(Q)PEERS=$(abspath $(PEERS)) tests/run interop
format:
	$(Q)git ls-files '*.c' '*.h' | xargs clang-format -i
fuzz: $(FUZZERS)
	$(Q)tests/fuzz/run $(SECONDS_EACH)
conformance: tests
	$(Q)tests/conformance $(or $(DATA),$(error say where the published test suites are: make conformance DATA=DIR))
quickstart: all
	$(Q)tests/quickstart
bench: all build/bench/json_only
	$(Q)bench/run $(PEERS)

# What the interop tests let read our documents, and the registry that the service tests publish to; the only step that
# needs the network, so "check" leaves it to setup.
peers: build/peers/complete build/registry/complete
build/%/complete: tests/%/package.json tests/%/package-lock.json
	@mkdir -p $(@D)
	cp $^ $(@D)
	cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier
	@touch $@

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(wildcard docs/man/*.1) $(DESTDIR)$(PREFIX)/share/man/man1
	install -d $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 libattest/attest.h $(DESTDIR)$(PREFIX)/include
	install -m 644 $(SHARED) $(BUILD)/lib/libattest.a $(DESTDIR)$(LIBDIR)
	ln -sf $(notdir $(SHARED)) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libattest.so
	sed -e 's,@PREFIX@,$(PREFIX),' -e 's,@LIBDIR@,$(LIBDIR),' -e 's,@VERSION@,$(VERSION),' \
		libattest/attest.pc.in >$(DESTDIR)$(LIBDIR)/pkgconfig/attest.pc
	chmod 644 $(DESTDIR)$(LIBDIR)/pkgconfig/attest.pc
dist:
	$(Q)mkdir -p build && git archive --prefix=attest-$(VERSION)/ HEAD | gzip -n9 > build/attest-$(VERSION).tar.gz
	@echo build/attest-$(VERSION).tar.gz
clean:
	rm -rf build
