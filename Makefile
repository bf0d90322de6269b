# One Makefile for the whole house; nothing recurses into folders. A .c file added to a folder is picked up by itself.
#
#   make            build everything (build/bin/)            make test     install what tests need, build, run all tests
#   make run        the demo on http://localhost:8080        make day      one real day through every program
#   make bench      measure; prints `name value unit`        make asan     tests under address and UB sanitizers
#   make torture    long crash and fuzz tests                make tidy     style and layers only
#   make fuzz       readers of foreign bytes under libFuzzer (EACH=60 seconds each; clang-14)
#   make install    FHS paths, units, users                  make packages install missing Debian packages
#
# Variables: BUILD (folder of everything made), CC (gcc or clang-14), JOBS, STATE, PORT, DESTDIR, PREFIX.

BUILD ?= build
STATE ?= state
PORT ?= 8080
PREFIX ?= /usr/local
LUA := lua5.4
ifeq ($(origin CC),default)
CC := gcc
endif
GEN := $(BUILD)/gen
MAKEFLAGS += --no-builtin-rules
# A plain `make` uses every core; JOBS=1 for one.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(or $(JOBS),$(shell nproc))
endif
export BUILD STATE PORT

SANITIZE ?=
HARDEN := -fstack-protector-strong -fPIE -ftrivial-auto-var-init=zero
ifneq ($(findstring clang,$(CC)),)
HARDEN += -enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang
endif
ifeq ($(SANITIZE),)
HARDEN += -D_FORTIFY_SOURCE=2
endif
CFLAGS ?= -O2 -g
FLAGS := -std=c11 -D_GNU_SOURCE $(CFLAGS) -Wall -Wextra -Wshadow -Wconversion -Werror $(HARDEN) $(SANITIZE) \
  -I. -I$(GEN) -I/usr/include/lua5.4
LINK := -pie -Wl,--as-needed -Wl,-z,relro,-z,now $(SANITIZE)
LIBRARIES := -lsqlite3 -llua5.4 -lsodium -lcmark -lpcre2-8 -ljansson -lcurl -lfcgi -lseccomp -loath -lfido2 -lqrencode -lz -lm -lhpdf -lturbojpeg -lpng16 -lwebp -lexpat

# ---- what stands where ----
FOLDERS := core board ranking ledger insight fcgi demo
MAINS := core/curbside.c board/clerk.c board/postman.c board/letters.c ranking/ranker.c ledger/paymaster.c ledger/notary.c insight/analyst.c \
  fcgi/web.c demo/demo.c
# Stores whose compiled statements go into a folder's archive: a program that may not link a folder cannot name its tables.
stores_core := common log
stores_board := board desk identity roster pad pubmed vocab
stores_ranking := rank
stores_ledger := book vault statement
stores_insight := release signal
stores_fcgi :=
stores_demo :=
records_core := event command
STORES := $(foreach f,$(FOLDERS),$(stores_$f))
# A folder's archive links only what stands right of the colon (design.md: down only, siblings never meet).
uses_core :=
uses_board := core
uses_ranking := core
uses_ledger := core
uses_insight := core
uses_fcgi := board ranking ledger insight core
uses_demo := board ranking ledger insight core

main_of = $(filter $1/%,$(wildcard $(MAINS)))
sources_of = $(filter-out $(MAINS),$(wildcard $1/*.c $1/*/*.c))
objects = $(patsubst %.c,$(BUILD)/obj/%.o,$1)
program_name = $(if $(filter core/curbside.c,$1),curbside,curbside-$(basename $(notdir $1)))
PROGRAMS := $(foreach m,$(wildcard $(MAINS)),$(BUILD)/bin/$(call program_name,$m))
TEMPLATES := $(wildcard fcgi/html/*.html)
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/*_test.c))
# Any other C file below tests/ is a program of its own; what several share lies in tests/support.
TOOLS := $(patsubst %.c,$(BUILD)/%,$(filter-out tests/unit/% tests/support/% tests/fuzz/%,$(wildcard tests/*/*.c)))
READERS := $(BUILD)/tests/fuzz/parsers

.PHONY: all test asan bench day run torture fuzz install packages clean tidy programs tests generated
.SECONDARY:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
all: programs
programs: $(PROGRAMS) fcgi/static/sodium.js fcgi/static/codemirror.js fcgi/static/codemirror.css
# What sponsors' browsers seal with, from npm at the versions of the lock file: two files as one.
sodium = fcgi/sodium/node_modules/$1/dist/modules/$1.js
fcgi/static/sodium.js: fcgi/sodium/package-lock.json fcgi/sodium/before.js
	npm ci --ignore-scripts --no-audit --no-fund --silent --prefix fcgi/sodium
	cat fcgi/sodium/before.js $(call sodium,libsodium) $(call sodium,libsodium-wrappers) >$@
# What admins write rules in, from Debian's package: the editor, its Lua and its marking of pairs as one file.
codemirror := /usr/share/javascript/codemirror
fcgi/static/codemirror.js: $(codemirror)/lib/codemirror.js
	cat $< $(codemirror)/mode/lua/lua.js $(codemirror)/addon/edit/matchbrackets.js >$@
fcgi/static/codemirror.css: $(codemirror)/lib/codemirror.css
	cp $< $@
tests: $(UNIT) $(TOOLS) $(READERS)

# ---- generated code ----
headers_core := $(patsubst %,$(GEN)/schema/%.h,$(stores_core) $(records_core))
$(foreach f,board ranking ledger insight,$(eval headers_$f := $$(patsubst %,$(GEN)/schema/%.h,$$(stores_$f))))
headers_fcgi := $(if $(wildcard fcgi/html/view.rec),$(GEN)/fcgi/view.h) $(if $(TEMPLATES),$(GEN)/fcgi/html.h)
# An object waits for the generated headers of its own folder and of those below it; what it really includes is in its .d file.
needs = $(sort $(foreach f,$1 $(uses_$1),$(headers_$f)))
generated: $(foreach f,$(FOLDERS),$(headers_$f)) # for editors and checkers that want the headers only

COMPILERS := schema/compile_common.lua
# The folder itself is a prerequisite so that a removed file counts as a change.
store_inputs = $(wildcard schema/$1 schema/$1/*.sql schema/$1/query schema/$1/query/*.sql)
define store_rule
$(GEN)/schema/$1.h $(GEN)/schema/$1.c &: schema/compile_statement.lua $(COMPILERS) $(call store_inputs,$1) $(call store_inputs,common)
	$(LUA) schema/compile_statement.lua $1 $(GEN)
endef
$(foreach s,$(STORES),$(eval $(call store_rule,$s)))

$(GEN)/schema/event.h $(GEN)/schema/event.c &: schema/journal/event.rec schema/compile_record.lua schema/compile_record_emit.lua $(COMPILERS)
	$(LUA) schema/compile_record.lua $< $(GEN)/schema/event
$(GEN)/schema/command.h $(GEN)/schema/command.c &: schema/command.rec schema/compile_record.lua schema/compile_record_emit.lua $(COMPILERS)
	$(LUA) schema/compile_record.lua $< $(GEN)/schema/command
$(GEN)/fcgi/view.h $(GEN)/fcgi/view.c &: fcgi/html/view.rec schema/compile_record.lua schema/compile_record_emit.lua $(COMPILERS)
	$(LUA) schema/compile_record.lua $< $(GEN)/fcgi/view
HTML_C := $(patsubst fcgi/html/%.html,$(GEN)/fcgi/html_%.c,$(TEMPLATES))
$(GEN)/fcgi/html.h $(HTML_C) &: $(TEMPLATES) fcgi/html/view.rec $(wildcard fcgi/html/compile_*.lua) $(COMPILERS)
	$(LUA) fcgi/html/compile_template.lua $(GEN)/fcgi $(TEMPLATES)

generated_core := $(patsubst %,$(GEN)/schema/%.c,$(stores_core) $(records_core))
$(foreach f,board ranking ledger insight,$(eval generated_$f := $$(patsubst %,$(GEN)/schema/%.c,$$(stores_$f))))
generated_fcgi := $(if $(wildcard fcgi/html/view.rec),$(GEN)/fcgi/view.c) $(HTML_C)

# ---- objects, archives, programs ----
define folder_rules
$(BUILD)/obj/$1/%.o: $1/%.c | $(call needs,$1)
	@mkdir -p $$(@D)
	$(CC) $(FLAGS) -MMD -MP -c -o $$@ $$<
archive_$1 := $(if $(call sources_of,$1)$(generated_$1),$(BUILD)/lib/lib$1.a)
$(BUILD)/lib/lib$1.a: $(call objects,$(call sources_of,$1)) $(patsubst $(GEN)/%.c,$(BUILD)/obj/gen/%.o,$(generated_$1))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(AR) rcsD $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call folder_rules,$f)))
$(BUILD)/obj/gen/%.o: $(GEN)/%.c | $(headers_core)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/obj/gen/fcgi/%.o: $(GEN)/fcgi/%.c | $(headers_fcgi) $(headers_core)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -MMD -MP -c -o $@ $<

# Noise that protects members is drawn in whole numbers; gcc refuses to name a floating-point register in this file.
ifeq ($(findstring clang,$(CC)),)
$(BUILD)/obj/insight/noise.o: FLAGS += -mgeneral-regs-only
endif

# Scripts that are built in (.incbin), which no compiler notes as a dependency.
$(BUILD)/obj/ranking/policy.o: scripts/rank/policy.lua
$(BUILD)/obj/ranking/pay.o: scripts/reward/settled.lua
$(BUILD)/obj/ranking/pay_kind.o: scripts/reward/posting.lua
$(BUILD)/obj/board/guard/guard_rules.o: scripts/guard/patient.rules
$(BUILD)/obj/insight/vocabulary.o: scripts/insight/words.txt
$(BUILD)/obj/ledger/payout/tax_table.o: scripts/tax/years.txt
$(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard ledger/*.c ledger/*/*.c)): $(wildcard scripts/reward/*.lua)

archives = $(foreach f,$1 $(uses_$1),$(archive_$f))
define program_rule
$(BUILD)/bin/$(call program_name,$1): $(call objects,$1) $(call archives,$(patsubst %/,%,$(dir $1)))
	@mkdir -p $$(@D)
	$(CC) $(LINK) -o $$@ $$^ $(LIBRARIES)
endef
$(foreach m,$(wildcard $(MAINS)),$(eval $(call program_rule,$m)))

# ---- tests ----
ALL_ARCHIVES := $(foreach f,fcgi demo board ranking ledger insight core,$(archive_$f))
SUPPORT := $(call objects,$(wildcard tests/support/*.c))
ALL_HEADERS := $(foreach f,$(FOLDERS),$(headers_$f))
$(BUILD)/obj/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -MMD -MP -c -o $@ $<
# NAME_test.c links what FOLDER/NAME.c may link, so a fault elsewhere does not stop it; a test of no single file links everything.
home_of = $(firstword $(foreach f,$(FOLDERS),$(if $(wildcard $f/$1.c $f/*/$1.c),$f)))
test_archives = $(if $(call home_of,$1),$(call archives,$(call home_of,$1)),$(ALL_ARCHIVES))
define unit_rule
$(BUILD)/obj/tests/unit/$1_test.o: | $(if $(call home_of,$1),$(call needs,$(call home_of,$1)),$(ALL_HEADERS))
$(BUILD)/tests/$1_test: $(BUILD)/obj/tests/unit/$1_test.o $(SUPPORT) $(call test_archives,$1)
	@mkdir -p $$(@D)
	$(CC) $(LINK) -o $$@ $$^ -lcmocka $(LIBRARIES)
endef
$(foreach t,$(patsubst $(BUILD)/tests/%_test,%,$(UNIT)),$(eval $(call unit_rule,$t)))
$(patsubst $(BUILD)/%,$(BUILD)/obj/%.o,$(TOOLS)): | $(ALL_HEADERS)
$(SUPPORT): | $(headers_core)
$(TOOLS): $(BUILD)/%: $(BUILD)/obj/%.o $(SUPPORT) $(ALL_ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(LINK) -o $@ $^ $(LIBRARIES)

# A part that is not built yet says so instead of failing with a puzzle.
part = @if [ -x $1 ]; then exec $1 $2; else echo "make $@: $1 is not there yet" >&2; exit 2; fi
test: packages-test
	+@$(MAKE) --no-print-directory programs tests
	$(call part,tests/run)
day: packages-run
	+@$(MAKE) --no-print-directory programs tests
	$(call part,tests/day/run)
bench: packages-bench
	+@$(MAKE) --no-print-directory programs tests
	$(call part,tests/bench/run)
torture: packages-test
	+@$(MAKE) --no-print-directory programs tests
	$(call part,tests/torture/run)
run: packages-run
	+@$(MAKE) --no-print-directory programs
	$(call part,demo/run)
tidy:
	$(call part,tests/tidy/run)
asan: packages-test
	+@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan CFLAGS='-O1 -g -fno-omit-frame-pointer' \
	  SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined' programs tests
	@BUILD=$(BUILD)/asan SANITIZED=1 PATIENCE=4 tests/run unit tests/routes/*_test.mjs tests/input/*_test.mjs tests/mail/*_test.mjs tests/torture/*_test.mjs \
	  tests/worlds/two_worlds_test.mjs tests/worlds/rebuild_test.mjs

# Every reader of foreign bytes in one program; of the web it has only the one that reads forms with a file.
$(READERS:$(BUILD)/%=$(BUILD)/obj/%.o): | $(ALL_HEADERS)
$(READERS): $(READERS:$(BUILD)/%=$(BUILD)/obj/%.o) $(BUILD)/obj/fcgi/multipart.o $(foreach f,board ledger core,$(archive_$f))
	@mkdir -p $(@D)
	$(CC) $(LINK) $(FUZZER) -o $@ $^ $(LIBRARIES)
fuzz: packages-test
	+@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang-14 CFLAGS='-O1 -g -fno-omit-frame-pointer -DFUZZER' FUZZER=-fsanitize=fuzzer \
	  SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined' $(BUILD)/fuzz/tests/fuzz/parsers
	@BUILD=$(BUILD)/fuzz tests/fuzz/run

# ---- packages: installs what is missing, asks for root only then ----
.PHONY: packages-build packages-run packages-test packages-bench
packages:
	@tests/packages build run test bench
packages-run:
	@tests/packages build run
packages-test: tests/node_modules/.package-lock.json
	@tests/packages build run test
packages-bench: tests/node_modules/.package-lock.json
	@tests/packages build run test bench
# What the browser tests need from npm; touch: npm leaves the file alone when nothing changed.
tests/node_modules/.package-lock.json: tests/package-lock.json
	@tests/packages test
	npm ci --no-audit --no-fund --prefix tests
	@touch $@

# ---- install: FHS paths; programs lie together, `curbside` finds the others beside itself ----
LIBDIR := $(DESTDIR)$(PREFIX)/lib/curbside
SHARE := $(DESTDIR)$(PREFIX)/share/curbside
install: all
	install -d $(LIBDIR) $(SHARE)/static $(SHARE)/nginx $(SHARE)/scripts $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(PROGRAMS) $(LIBDIR)
	ln -sf ../lib/curbside/curbside $(DESTDIR)$(PREFIX)/bin/curbside
	install -m 644 README.md LICENSE $(SHARE)
	cp -R fcgi/static/. $(SHARE)/static
	cp -R nginx/. $(SHARE)/nginx
	cp -R scripts/. $(SHARE)/scripts
	@if [ -x nginx/systemd/install.sh ]; then DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' nginx/systemd/install.sh; \
	  else echo "make install: nginx/systemd/install.sh (units, users, folders) is not there yet" >&2; exit 2; fi

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
