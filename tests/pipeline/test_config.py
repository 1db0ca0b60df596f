"""The configuration: every key known and documented, every contradiction refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from features.errors import ConfigError
from pipeline.config import defaults, load_config
from pipeline.sections import Config

DATED = """
[leads]
from = "leads.csv"
lead_id = "id"
created_at = "made"
[[milestones]]
from = "won.csv"
lead_id = "lead"
columns = { won = "date" }
[outcome]
conversion = "won"
horizon_days = 30
"""
FLAT = """
[leads]
from = "leads.csv"
lead_id = "@row"
[outcome]
column = "bought"
positive = "yes"
[snapshots]
rule = "export"
"""
DEFAULT_TOML = files("pipeline").joinpath("default.toml").read_text("utf-8")


def _keys(model: type[BaseModel], place: str) -> Iterator[tuple[str, str]]:
    """Yield every key of a section, with the section it stands in."""
    for name, info in model.model_fields.items():
        yield place, info.alias or name
        for inner in _sections_in(info.annotation):
            if inner is not model:  # 'otherwise' holds its own kind
                yield from _keys(inner, place)


def _sections_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for a in get_args(annotation) for found in _sections_in(a)]


SECTIONS = {
    name: section
    for name, info in Config.model_fields.items()
    for section in _sections_in(info.annotation)
}
KEYS = sorted({key for name, s in SECTIONS.items() for key in _keys(s, name)})


def _documented(section: str) -> str:
    """Return the part of the default file that is about a section."""
    block = rf"^(?:#   )?\[\[?{section}[\].].*?(?=^(?:#   )?\[|\Z)"
    found = re.search(block, DEFAULT_TOML, re.DOTALL | re.MULTILINE)
    assert found, section
    return found.group()


def _load(folder: Path, text: str, *changes: str) -> Config:
    path = folder / "leadlight.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, changes)


def _refused(folder: Path, text: str, *changes: str) -> str:
    with pytest.raises(ConfigError) as caught:
        _load(folder, text, *changes)
    return str(caught.value).removeprefix(f"{folder / 'leadlight.toml'}: ")


def test_a_file_is_laid_over_the_defaults(tmp_path: Path) -> None:
    config = _load(tmp_path, DATED + "settling_days = 3\n")
    assert config.outcome.settling_days == 3
    assert config.snapshots.most_age_days == 180
    assert not config.is_flat
    assert _load(tmp_path, FLAT).is_flat


def test_the_demos_own_file_is_a_configuration(tmp_path: Path) -> None:
    text = files("pipeline").joinpath("demo.toml").read_text("utf-8")
    config = _load(tmp_path, text)
    assert config.outcome.conversion == "opportunity"
    assert config.funnel.words["bounce"] == "E-mail bounced"
    assert config.accounts is not None
    assert config.accounts.from_ == str(tmp_path / "data" / "accounts.csv")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("train.rare_rows=20", "train.rare_rows is called train.rare_leads now: "
         "categories are rare by how many leads have them, and no longer by snapshots"),
        ("train.foldz=4", "train.foldz is not a key that Leadlight knows; did you mean "
         "'folds'?"),
        ("trian.folds=4", "trian is not a key that Leadlight knows; did you mean "
         "'train'?"),
        ("leads.lead_ids='id'", "leads.lead_ids is not a key that Leadlight knows; did "
         "you mean 'lead_id'?"),
        ("cutoffs.mql={capcity_share=0.2}", "cutoffs.mql.capcity_share is not a key "
         "that Leadlight knows; did you mean 'capacity_share'?"),
        ("run.zzzzzz=1", "run.zzzzzz is not a key that Leadlight knows."),
    ],
)  # fmt: skip
def test_an_unknown_key_is_refused_with_the_nearest(
    tmp_path: Path, change: str, said: str
) -> None:
    found = _refused(tmp_path, DATED, change)
    assert found.startswith(said)
    assert not found.endswith("?.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FLAT.replace("export", "weekly"),
         "a flat export has both outcome.column and snapshots.rule = 'export'"),
        (DATED + "[snapshots]\nrule = 'export'\n",
         "a flat export has both outcome.column and snapshots.rule = 'export'"),
        (FLAT + "[[milestones]]\nfrom='a'\nlead_id='b'\ncolumns={c='d'}\n",
         "a flat export has no [[touches]] and no [[milestones]]"),
        (FLAT + "[[touches]]\nfrom='a'\nlead_id='b'\noccurred_at='c'\nkind_is='d'\n",
         "a flat export has no [[touches]] and no [[milestones]]"),
        (DATED.replace('created_at = "made"', ""),
         "leads.created_at is needed where outcomes are dated"),
        (re.sub(r"\[\[milestones.*?\[outcome", "[outcome", DATED, flags=re.DOTALL),
         "[[milestones]] must say where conversions are recorded"),
        (DATED.replace("horizon_days = 30", ""),
         "'horizon_days' must say how long a lead has to convert"),
        (FLAT.replace('positive = "yes"', ""),
         "'positive' must say which value of the column converted"),
        (DATED + 'column = "bought"\n', "name either 'conversion'"),
        (DATED + "[attributes.street]\npersonal=true\n[segments]\ncolumns=['street']\n",
         "segments.columns names what is personal (street): its values would be "),
        (DATED.replace("[leads]", "[leadz]"), "leads is missing"),
    ],
)  # fmt: skip
def test_sections_that_contradict_one_another_are_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    assert said in _refused(tmp_path, text)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("leads.from={a='a.csv'}", "'query' must join them"),
        ("source.timezone='Mars/Olympus'", "'Mars/Olympus' is no time zone"),
        ("outcome.horizon_days=0", "greater than 0 (found 0)"),
        ("outcome.settling_days=-1", "greater than or equal to 0 (found -1)"),
        ("snapshots.rule=daily", "(found 'daily')"),
        ("snapshots.rule=on_kind", "rule 'on_kind' needs 'kind'"),
        ("snapshots.rule=at", "rule 'at' needs 'at', a list of instants"),
        ("funnel.outbound=['call']", "'outbound' kinds in no funnel stage: call"),
        ("funnel.top=['a', 'b', 'a']", "more than one funnel stage: a"),
        ("cutoffs.mql={}", "name exactly one of"),
        ("cutoffs.mql={capture=0.5}", "'confidence' goes with 'precision' or"),
        ("cutoffs.mql={capacity_share=0.1, confidence=0.9}", "'confidence' goes with"),
        ("cutoffs.mql={capacity_share=1.5}", "less than 1 (found 1.5)"),
        ("cutoffs.mql={capacity_per_week=0}", "greater than 0 (found 0)"),
        ("cutoffs.mql={capacity_share=0.1, capacity_per_week=9}", "exactly one of"),
        ("cutoffs.sql={value=900}", "'value' and 'cost' go together"),
        ("cutoffs.sql={value=9, cost=9}", "'cost' must be below 'value'"),
        ("cutoffs.sql={precision=0.5, capture=0.5, confidence=0.9}", "exactly one of"),
        ("outcome.horizon_days=1e9", "less than or equal to 3650"),
        ("outcome.settling_days=1e9", "less than or equal to 3650"),
        ("snapshots.most_age_days=1e9", "less than or equal to 36500"),
        ("snapshots.delay_hours=1e9", "less than or equal to 87600"),
        ("signals.lookbacks_days=[0, 7]", "must be greater than 0 (found 0)"),
        ("signals.lookbacks_days=[7, 7]", "must rise, each number once"),
        ("signals.lookbacks_days=[30, 7]", "but they are 30, 7"),
        ("train.folds=1", "train.folds: "),
        ("train.depths=[]", "train.depths: "),
        ("run.model='../../etc'", "run.model: "),
        ("run.memory_limit='lots'", "run.memory_limit: "),
        ("points.reference_rate=5", "less than 1 (found 5)"),
    ],
)
def test_a_section_that_cannot_be_is_refused(
    tmp_path: Path, change: str, said: str
) -> None:
    assert said in _refused(tmp_path, DATED, change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("funnel.top=banana", "funnel.top: must be a list (found 'banana')."),
        ("train.folds=many", "train.folds: must be a whole number (found 'many')."),
        ("train.folds=2.5", "train.folds: must be a whole number (found 2.5)."),
        ("train.test_share=most", "must be a number (found 'most')."),
        ("train.monotone=perhaps", "must be true or false (found 'perhaps')."),
        ("run.model=3", "run.model: must be a text in quotation marks (found 3)."),
        ("train.depths=[]", "train.depths: must not be an empty list."),
        ("source.known_until=soon", "known_until: must be an instant, such as"),
        ("funnel=3", "funnel: must be a section of keys and values (found 3)."),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_in_plain_words(
    tmp_path: Path, change: str, said: str
) -> None:
    if change.startswith("funnel=3"):
        assert said in _refused(tmp_path, f"funnel = 3\n{DATED}")
    else:
        assert said in _refused(tmp_path, DATED, change)


@pytest.mark.parametrize(
    ("touches", "said"),
    [
        ("kind='k'", "name either 'lead_id' or 'account_id'"),
        ("kind='k'\nlead_id='a'\naccount_id='b'", "either 'lead_id' or 'account_id'"),
        ("lead_id='a'", "name either 'kind' (a column) or 'kind_is' (one word)"),
        ("lead_id='a'\nkind='k'\nkind_is='call'", "name either 'kind'"),
    ],
)
def test_touches_belong_to_someone_and_are_of_a_kind(
    tmp_path: Path, touches: str, said: str
) -> None:
    text = f"{DATED}[[touches]]\nfrom='t.csv'\noccurred_at='at'\n{touches}\n"
    assert said in _refused(tmp_path, text)


def test_milestones_are_long_or_wide_but_not_both(tmp_path: Path) -> None:
    text = DATED.replace("columns", 'milestone="m"\nreached_at="r"\ncolumns')
    assert "name either 'milestone' and 'reached_at', or 'columns'" in _refused(
        tmp_path, text
    )


@pytest.mark.parametrize(
    ("change", "section", "key", "value"),
    [
        ("train.folds=7", "train", "folds", 7),
        ("train.depths=[1, 3]", "train", "depths", (1, 3)),
        ('run.tracking=""', "run", "tracking", ""),
        ("outcome.conversion=signed up", "outcome", "conversion", "signed up"),
        (" leads.delimiter =';'", "leads", "delimiter", ";"),
        ("source.known_until=2026-03-01T02:00:00+02:00", "source", "known_until",
         datetime(2026, 3, 1, tzinfo=UTC)),
        ("source.known_until=2026-03-01T00:00:00", "source", "known_until",
         datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_set_changes_a_key(
    tmp_path: Path, change: str, section: str, key: str, value: Any
) -> None:
    config = _load(tmp_path, DATED, change)
    assert getattr(getattr(config, section), key) == value


def test_the_last_change_of_a_key_counts(tmp_path: Path) -> None:
    config = _load(tmp_path, DATED, "train.folds=7", "train.folds=5")
    assert config.train.folds == 5
    assert config.train.test_share == 0.25


@pytest.mark.parametrize("change", ["train.folds", "folds=3", "=3", ""])
def test_a_change_without_a_section_or_a_value_is_refused(
    tmp_path: Path, change: str
) -> None:
    said = _refused(tmp_path, DATED, change)
    assert said == f"--set takes section.key=value, not {change!r}."


def test_a_promise_is_replaced_whole(tmp_path: Path) -> None:
    text = DATED + "[cutoffs]\nsql = { capacity_share = 0.1 }\n"
    config = _load(tmp_path, text)
    assert config.cutoffs.sql.precision is None
    assert config.cutoffs.sql.otherwise is None
    assert config.cutoffs.mql.capacity_share == 0.20


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    config = _load(tmp_path, DATED)
    assert config.leads.from_ == str(tmp_path / "leads.csv")
    assert config.milestones[0].from_ == str(tmp_path / "won.csv")
    assert config.run.folder == str(tmp_path / "runs")
    told = _load(tmp_path, DATED, "leads.from=['a.csv', '/b.csv']")
    assert told.leads.from_ == (str(tmp_path / "a.csv"), "/b.csv")


def test_paths_may_name_environment_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLIGHT_TEST_DATA", "/srv/data")
    monkeypatch.delenv("LEADLIGHT_TEST_NONE", raising=False)
    text = DATED.replace("leads.csv", "${LEADLIGHT_TEST_DATA}/leads.csv")
    assert _load(tmp_path, text).leads.from_ == "/srv/data/leads.csv"
    text = DATED.replace("leads.csv", "${LEADLIGHT_TEST_NONE}/leads.csv")
    assert _refused(tmp_path, text) == (
        "'${LEADLIGHT_TEST_NONE}/leads.csv' names the environment variable "
        "LEADLIGHT_TEST_NONE, which is not set."
    )


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "nowhere.toml")
    assert str(caught.value) == (
        f"There is no configuration at {tmp_path}/nowhere.toml. Write one with "
        "`leadlight init FILES...`, or name another with --config."
    )


@pytest.mark.parametrize(
    "damaged", [b"[leads\nfrom = 1", b"\xff\xfe[", b"a = 1\na = 2"]
)
def test_a_damaged_file_is_one_sentence(tmp_path: Path, damaged: bytes) -> None:
    path = tmp_path / "leadlight.toml"
    path.write_bytes(damaged)
    with pytest.raises(ConfigError, match="cannot be read as TOML: ") as caught:
        load_config(path)
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read as TOML"):
        load_config(tmp_path)


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_every_default_is_a_key(section: str) -> None:
    given = {(section, key) for key in defaults().get(section, {})}
    assert given <= set(KEYS)


def test_every_section_with_defaults_is_a_section() -> None:
    assert set(defaults()) <= set(SECTIONS)


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_every_key_is_documented(section: str, key: str) -> None:
    # How files are written is said once, for the leads.
    shared = {"from", "query", "delimiter", "encoding", "format", "sentinels"}
    # [source] has null tokens of its own, and says so itself.
    is_shared = key in shared or (key == "null_tokens" and section != "source")
    text = _documented("leads" if is_shared else section)
    assert re.search(rf"(?<!\w){key}\b", text), f"{section}.{key}"


def test_the_tables_have_no_defaults() -> None:
    tables = {"leads", "touches", "milestones", "accounts", "attribute_history"}
    assert not set(tomllib.loads(DEFAULT_TOML)) & tables


def test_no_default_stands_anywhere_else() -> None:
    """Where the file gives a default, the section itself gives none."""
    twice = [
        f"{section}.{key}"
        for section, keys in defaults().items()
        for key in keys
        if not SECTIONS[section].model_fields[key].is_required()
    ]
    assert twice == []


def test_every_cutoff_we_write_ends_in_a_choice_that_data_cannot_refuse() -> None:
    tests = Path(__file__).parents[1]
    ours = [tests.parent / "pipeline" / f"{name}.toml" for name in ("default", "demo")]
    files_of_ours = [*ours, *sorted((tests / "real").glob("*.toml"))]
    assert len(files_of_ours) >= 9
    for file in files_of_ours:
        cutoffs = tomllib.loads(file.read_text("utf-8")).get("cutoffs", {})
        for asked in cutoffs.values():
            last = asked
            while "otherwise" in last:
                last = last["otherwise"]
            assert last.keys() & {"capacity_share", "value"}, file.name
