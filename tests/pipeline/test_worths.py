"""The section [points_table]: what may be written there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from features.catalogue import Catalogue, catalogue_of
from features.company import Company, DeclaredAttribute, Kind
from features.errors import ConfigError
from features.vocabulary import FunnelStage
from models.learning.points_table import MOST, Band, PerTouch
from pipeline.config import load_config
from pipeline.sections import Config
from pipeline.training.contestants import points_table_in
from tests.pipeline.plain_company import PLAIN


def _config(folder: Path, said: str) -> Config:
    (folder / "leadlight.toml").write_text(PLAIN + said, encoding="utf-8")
    return load_config(folder / "leadlight.toml")


def _catalogue() -> Catalogue:
    return catalogue_of(
        Company(
            kinds=(Kind("pricing_page", "Pricing page", FunnelStage.BOTTOM),),
            attributes=(
                DeclaredAttribute("country", "country", "Country"),
                DeclaredAttribute("staff", "number", "Staff"),
            ),
        )
    )


@pytest.mark.parametrize(
    ("said", "worth"),
    [
        ("pricing_page = -10", PerTouch(-10.0, MOST)),
        ("pricing_page = { points = 10, most = 3 }", PerTouch(10.0, 3)),
        ("pricing_page_touches_7d = { points = 2, most = 5 }", PerTouch(2.0, 5)),
        ("staff = [{ from = 50, points = 5 }]", (Band(50.0, 5.0),)),
        ("country = { NL = 5, DE = 3 }", {"Netherlands": 5.0, "Germany": 3.0}),
    ],
)
def test_each_spelling_is_read(said: str, worth: Any, tmp_path: Path) -> None:
    config = _config(tmp_path, f"[points_table]\n{said}\n")
    table = points_table_in(config, _catalogue())
    assert table is not None
    assert table.lines[0].worth == worth


def test_a_table_of_its_own_is_read_alike(tmp_path: Path) -> None:
    config = _config(tmp_path, "[points_table.country]\nNL = 5\n")
    table = points_table_in(config, _catalogue())
    assert table is not None
    assert table.lines[0].worth == {"Netherlands": 5.0}


def test_without_the_section_there_is_no_points_table(tmp_path: Path) -> None:
    assert points_table_in(_config(tmp_path, ""), _catalogue()) is None


@pytest.mark.parametrize(
    "said",
    [
        'pricing_page = "ten"', "pricing_page = true", "pricing_page = []",
        "pricing_page = {}", "pricing_page = nan", "staff = [{ from = 5 }]",
        "staff = [5]", 'country = { NL = "five" }',
    ],
)  # fmt: skip
def test_what_is_none_of_the_spellings_is_refused_once(
    said: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="must be points each time") as refused:
        _config(tmp_path, f"[points_table]\n{said}\n")
    assert str(refused.value).count("must be points each time") == 1


@pytest.mark.parametrize(
    "said", ["{ most = 3 }", "{ points = 1, most = 0.5 }", "{ points = 1, up_to = 3 }"]
)
def test_a_kind_takes_points_and_most_alone(said: str, tmp_path: Path) -> None:
    config = _config(tmp_path, f"[points_table]\npricing_page = {said}\n")
    with pytest.raises(ConfigError, match="is a kind of touch, which takes"):
        points_table_in(config, _catalogue())


def test_a_count_takes_points_and_most_alone(tmp_path: Path) -> None:
    said = "pricing_page_touches_7d = { points = 1, up_to = 3 }"
    config = _config(tmp_path, f"[points_table]\n{said}\n")
    with pytest.raises(ConfigError, match="is a count, which takes"):
        points_table_in(config, _catalogue())


def test_what_everybody_begins_with_is_a_number(tmp_path: Path) -> None:
    config = _config(tmp_path, "[points_table]\neverybody = 31\npricing_page = 2\n")
    table = points_table_in(config, _catalogue())
    assert table is not None
    assert table.everybody == 31
    assert [line.worth for line in table.lines] == [PerTouch(2.0, MOST)]
    config = _config(tmp_path, "[points_table]\neverybody = 31\n")
    with pytest.raises(ConfigError, match="the same to everybody"):
        points_table_in(config, _catalogue())
    config = _config(tmp_path, "[points_table]\neverybody = { points = 3 }\n")
    with pytest.raises(ConfigError, match="a number such as 31"):
        points_table_in(config, _catalogue())


def test_a_configuration_goes_through_a_manifest_and_back(tmp_path: Path) -> None:
    said = "[points_table]\nstaff = [{ from = 50, points = 5 }]\npricing_page = 2\n"
    config = _config(tmp_path, said)
    again = Config.model_validate(config.model_dump(mode="json", by_alias=True))
    assert again == config
