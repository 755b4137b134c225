# Every target sets up what it needs: packages (tools/setup), configuration, build.
#
#   make             build ./argus
#   make run         build and start a server with demo data on http://127.0.0.1:8080
#   make test        include check, unit tests, scenarios        make test-asan, make test-tsan   the same, sanitized
#   make test-kill   many kill -9 during changes                 make bench                       measure
#   make fmt         format the sources                          make reference                   regenerate docs/reference
SHELL := /bin/bash
.DEFAULT_GOAL := build
.PHONY: build setup run test test-asan test-tsan test-kill bench fmt reference clean

setup:
	@tools/setup

# $(call compile,PRESET,TARGETS)
define compile
	@cmake --preset $(1) --log-level=WARNING >/dev/null
	@cmake --build build/$(1) --target $(2)
endef

build: setup
	$(call compile,release,argus)
	@ln -sf build/release/argus argus

run: build
	@./argus --demo $(ARGS)

test: setup
	$(call compile,release,all)
	@ln -sf build/release/argus argus
	@tools/test build/release

test-asan: setup
	$(call compile,asan,all)
	@tools/test build/asan

test-tsan: setup
	$(call compile,tsan,all)
	@tools/test build/tsan

test-kill: build
	@tools/test build/release --only kill

bench:
	@tools/setup --bench
	$(call compile,bench,all)
	@tools/bench build/bench

fmt:
	@command -v clang-format >/dev/null || tools/setup --fmt
	@git ls-files 'src/*.h' 'src/*.cc' 'tests/*.h' 'tests/*.cc' 'bench/*.cc' | xargs -r clang-format -i

reference: build
	@for page in permissions errors api flags otel metrics; do ./argus reference $$page > docs/reference/$$page.md; done

clean:
	rm -rf build argus
