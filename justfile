# What is done again and again. `just` lists it; https://just.systems

_default:
    @just --list

# What has to hold before anything lands
check:
    bash .ci/run

# Judge the built-in mock, as README has it
run *options:
    cargo run -- run {{options}}

# Whether a deviation of the mock is caught
caught deviation:
    cargo run -- prove --deviation {{deviation}}

# Write docs/proof.md anew, after rules or deviations changed
proof:
    cargo run --release -- prove --format markdown > target/proof.md
    mv target/proof.md docs/proof.md

# Write docs/sdks.md anew, with every adapter built
sdks:
    python3 docs/sdks.py

# Accept snapshots that changed, to be read in the diff
snapshots:
    INSTA_UPDATE=always cargo test --test inside reports
    git diff --stat snapshots tests

# Write docs/rules.md anew, after features changed
rules:
    cargo run -- rules --format page > target/rules.md
    mv target/rules.md docs/rules.md
