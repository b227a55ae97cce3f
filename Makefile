# Holdfast. Two targets matter to a newcomer: run and test. The work is in scripts/.

.PHONY: run test prove windows fleet gallery bench fmt docs build clean

run: ## the main job on an embedded default: a window, or the story in the terminal
	@scripts/run

test: ## installs what is missing and runs everything
	@scripts/test

prove: ## the long forms: kills, histories, attacks and fuzzing at full length
	@scripts/prove

windows: ## the Windows programs into bin/windows, and their window under Wine
	@scripts/windows

fleet: ## simulates fleets at full length and rewrites docs/policy-numbers.md with its plots
	@go run ./cmd/fleetsim

build: ## the three programs into bin/
	@scripts/build

gallery: ## every screen × state × variant × language as PNG into out/gallery
	@scripts/gallery

bench: ## figures beside a floor or a peer measured in the same run
	@scripts/bench

docs: ## rewrites the pages that tests generate
	@scripts/docs

fmt: ## formats the Go files
	@go run mvdan.cc/gofumpt@v0.8.0 -w $$(git ls-files '*.go')

clean:
	@rm -rf bin out
