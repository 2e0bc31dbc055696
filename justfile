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

# Write anew whatever is made from the features, the types and the command line; tests hold it to them
generated: reference rules proof snapshots third-party

# Write docs/proof.md anew, after rules or deviations changed
proof:
    cargo run --release -- prove --format markdown > target/proof.md
    cargo run --release -- prove --conditional 60 --format markdown >> target/proof.md
    mv target/proof.md docs/proof.md

# Write docs/rules.md anew, after features changed
rules:
    cargo run -- rules --format page > target/rules.md
    mv target/rules.md docs/rules.md

# Write the rows anew that hold every two choices, after stories changed
combinations:
    cargo run --release -- combinations > target/combinations.feature
    mv target/combinations.feature features/combinations.feature

# Write docs/reference.md and the schemas of the settings and the JSON report anew, after options or the report changed
reference:
    cargo run -- reference > target/reference.md
    mv target/reference.md docs/reference.md
    cargo run -- reference --report-schema > target/report.schema.json
    mv target/report.schema.json schemas/report.schema.json
    cargo run -- reference --settings-schema > target/linkspec.schema.json
    mv target/linkspec.schema.json schemas/linkspec.schema.json

# Write THIRD-PARTY.md anew, after Cargo.lock changed
third-party:
    python3 docs/third_party.py

# Write docs/sdks.md anew, with every adapter built
sdks:
    python3 docs/sdks.py

# Accept snapshots that changed, to be read in the diff
snapshots:
    INSTA_UPDATE=always cargo test --test inside reports
    INSTA_UPDATE=always cargo test --test mock canonical_answers
    git diff --stat snapshots tests
