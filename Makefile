# Needs JDK 17 or newer, Maven 3.6.3 or newer and make. PostgreSQL comes with the build.
.DEFAULT_GOAL := help
SHELL := /bin/bash

MAVEN ?= mvn
MVN = $(MAVEN) -B -ntp
# A bundle of many jars overlaps in licences and the like; its warnings would hide others.
QUIET_BUNDLE = -Dorg.slf4j.simpleLogger.log.org.apache.maven.plugins.shade=error

# The server that tests run on: 18, or 14 for the oldest one that is tested, or 15, or 17.
PG ?= 18
SERVER_14 = 14.20.0
SERVER_15 = 15.15.0
SERVER_17 = 17.7.0
SERVER_18 = 18.1.0
, := ,
SERVER = $(or $(SERVER_$(PG)),$(error PG=$(PG) is not known; use 14, 15, 17 or 18))
# The bundle keeps the newest server, so that a test on another one leaves pgresult as it was.
BUNDLE = $(if $(filter-out 18,$(PG)),-Dbundle.skip=true -DexcludedGroups=torture$(,)bundle)


# What each contender of the benchmark writes, but for those that are slow.
ROWS ?= 2000000

# Only part query runs the bundle.
BENCH_BUNDLE = $(if $(ONLY),$(findstring query,$(ONLY)),all)

ATTACKS = $(CURDIR)/target/torture/attacks.tsv
ATTACK_TABLE = java -cp src/target/test-classes io.resultsink.postgres.testing.AttackTable $(ATTACKS)

define DEMO_QUERY
pipelines/pgresult query -d pipelines/target/samples -r 'embedded:code_counts?mode=replace' -w \
	  "SELECT v['code'] AS code, COUNT(1) AS hits FROM www_access GROUP BY v['code']"
endef

.PHONY: help
help: ## list the targets
	@echo "usage: make TARGET"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: build
build: ## the jars, without tests; afterwards pipelines/pgresult runs
	$(MVN) $(QUIET_BUNDLE) -Dquick -DskipTests package
	@pipelines/archive || echo "no archive of classes was made; pgresult runs, and starts slower"

.PHONY: test
test: ## everything CI runs: format, house rules, all tests; PG=14 on PostgreSQL 14
	$(MVN) $(QUIET_BUNDLE) -Dpostgres.server.version=$(SERVER) $(BUNDLE) verify

.PHONY: torture
torture: ## every attack, and each measure taken out; SEED=... repeats one, ONLY=SomeIT narrows
	rm -f $(ATTACKS)
	$(MVN) $(QUIET_BUNDLE) -Dquick -Ptorture -Dpostgres.server.version=$(SERVER) \
	  -Dgroups='attack|torture' -DexcludedGroups=none -Dfailsafe.skipAfterFailureCount=1 \
	  -Dtorture.report=$(ATTACKS) $(if $(SEED),-Dtorture.seed=$(SEED)) \
	  $(if $(ONLY),-Dit.test=$(ONLY) -Dfailsafe.failIfNoSpecifiedTests=false) verify; \
	code=$$?; $(ATTACK_TABLE) && exit $$code

.PHONY: xlang
xlang: build ## pipelines in Python and YAML, two versions of Beam, and on Flink
	$(MVN) -q -Dquick -DskipTests -Dbundle.skip=true -Ptorture -pl src,pipelines pre-integration-test
	XLANG_FLINK_CLASSPATH=$(CURDIR)/pipelines/target/other-runners.classpath pipelines/python/xlang

.PHONY: bench
bench: ## the benchmark; ROWS=... and ONLY=... narrow it, PROFILE=1 records what is hot
	$(MVN) $(QUIET_BUNDLE) -Dquick -DskipTests $(if $(BENCH_BUNDLE),,-Dbundle.skip=true) -Pbench package
	$(if $(BENCH_BUNDLE),pipelines/archive)
	java -Xmx3g -Duser.timezone=UTC -Duser.language=en \
	  -Djava.util.logging.config.file=src/test/resources/logging.properties \
	  @pipelines/target/bench.arguments io.resultsink.pipelines.benchmark.Benchmark \
	  --rows=$(ROWS) $(if $(ONLY),--only=$(ONLY)) $(if $(PROFILE),--profile) --folder=target/bench

.PHONY: quick
quick: ## compile and unit tests only
	$(MVN) -Dquick test

.PHONY: demo
demo: build ## a query over 100,000 log records into an embedded PostgreSQL, twice
	pipelines/pgresult samples -n 100000 pipelines/target/samples
	$(DEMO_QUERY)
	$(DEMO_QUERY)
	pipelines/pgresult show embedded:code_counts
	@echo
	@echo "The server keeps running, for trying out:"
	@echo "  psql \"\$$(pipelines/pgresult embedded url)\"  # look at the table"
	@echo "  pipelines/pgresult embedded stop              # stop it; its data stay"

.PHONY: install
install: ## the library and its Beam SQL tables into the local Maven repository, to depend on them
	$(MVN) -Dquick -DskipTests -pl src,pipelines/sql -am install

.PHONY: format
format: ## format Java as the build wants it
	$(MVN) com.diffplug.spotless:spotless-maven-plugin:3.6.0:apply

.PHONY: clean
clean: ## remove what was built
	$(MVN) clean
