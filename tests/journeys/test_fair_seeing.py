"""Journey 9: the convener sees how fairly notices were seen, and takes the figures along."""

import csv
from pathlib import Path

from tests.journeys.conftest import Someone

HILARY = "hilary@placeful-convener.example"


def test_the_convener_reads_how_fairly_notices_are_seen_and_takes_the_figures_along(someone: Someone):
    someone.sign_in(HILARY)
    someone.open("/desk")
    someone.click("How fairly notices are seen")
    share = someone.heading.partition("%")[0]
    assert 50 < float(share) <= 100, "of the demo’s four weeks"
    assert "their fair share of being seen" in someone.heading
    someone.look("with figures")

    with someone.page.expect_download() as download:
        someone.page.get_by_role("link", name="Download these figures").click()
    lines = list(csv.DictReader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert float(lines[0]["At their floor (%)"]) == float(share)
    captions = someone.page.locator("caption").all_text_contents()
    assert {f"{line['Of']} by {line['By'].lower()}" for line in lines if line["By"]} - set(captions) == {
        "Places in lists by channel",
        "Places in lists by why there",
    }
