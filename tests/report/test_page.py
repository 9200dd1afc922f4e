"""The report as a reader meets it: on a desk and a phone, light and dark, by mouse, by keyboard, on paper, without scripts."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import DESK, PHONE, ROOT, SAMPLE, program

ENVIRONMENTS = [e["environment"] for e in json.loads((ROOT / "reports/estimate.json").read_text())["environments"]]
GRAVE = {"serious", "critical"}


def faults(page) -> list[str]:
    """What axe-core calls serious or critical, with the element."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in GRAVE]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_opens_without_a_complaint_or_a_request(visit, scheme):
    seen = visit(scheme=scheme)
    assert seen.complaints == []
    assert seen.requests == [SAMPLE.as_uri()]


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_grave_fault(visit, scheme, viewport):
    page = visit(scheme=scheme, viewport=viewport).page
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert faults(page) == []


def test_axe_would_find_one(visit):
    page = visit().page
    page.evaluate("document.querySelector('.lead').append(document.createElement('img'))")
    page.evaluate("document.querySelector('h1').setAttribute('role', 'nonsense')")
    assert {f.split(":")[0] for f in faults(page)} >= {"image-alt", "aria-roles"}


def test_schemes_differ(visit):
    colour = "getComputedStyle(document.body).backgroundColor"
    assert visit(scheme="light").page.evaluate(colour) != visit(scheme="dark").page.evaluate(colour)


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_scrolls_sideways_but_tables(visit, width):
    page = visit(viewport={"width": width, "height": 844}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_charts_are_drawn(visit):
    page = visit().page
    stacks = page.locator("#services svg.stack")
    assert stacks.count() == len(ENVIRONMENTS)
    for i, name in enumerate(ENVIRONMENTS):
        assert stacks.nth(i).get_attribute("aria-label").startswith(f"{name}: ")
        widths = stacks.nth(i).evaluate("(svg) => [...svg.querySelectorAll('rect')].map((r) => r.getBoundingClientRect().width)")
        assert len(widths) > 3 and all(width > 0 for width in widths)
    # The dearest environment's bar is the longest.
    ends = "(svg) => Math.max(...[...svg.querySelectorAll('rect')].map((r) => r.getBoundingClientRect().right))"
    expected = [float(e["monthly"]["expected"]) for e in json.loads((ROOT / "reports/estimate.json").read_text())["environments"]]
    right = [stacks.nth(i).evaluate(ends) for i in range(len(ENVIRONMENTS))]
    assert right.index(max(right)) == expected.index(max(expected))
    for section in ["ranges", "drivers"]:
        assert page.locator(f"#{section} svg.bar").count() > 10
    colours = "(svg) => new Set([...svg.querySelectorAll('rect')].map((r) => getComputedStyle(r).fill)).size"
    assert stacks.first.evaluate(colours) > 3


def test_the_ceiling_is_apart(visit):
    """The floor-to-expected bar of the total ends at its right edge, however high the ceiling is."""
    page = visit().page
    total = page.locator("#ranges tfoot svg.bar").first
    mark = total.evaluate("(svg) => svg.querySelector('.mark').getBoundingClientRect().right - svg.getBoundingClientRect().right")
    assert abs(mark) < 2


def test_a_filter_filters(visit):
    page = visit().page
    rows = page.locator("#items tbody tr")
    shown = page.locator("#items tbody tr:visible")
    every = rows.count()
    assert shown.count() == every
    page.locator("#items input[type=search]").fill("aurora serverless")
    few = shown.count()
    assert 0 < few < every
    assert all("aurora serverless" in text.lower() for text in shown.all_text_contents())
    assert page.locator("#items output").text_content() == f"{few} of {every} rows"
    page.locator("#items").get_by_label("Environment").select_option(ENVIRONMENTS[0])
    assert 0 < shown.count() < few
    page.locator("#items input[type=search]").fill("no such thing")
    assert shown.count() == 0
    page.locator("#items input[type=search]").fill("")
    page.locator("#items").get_by_label("Environment").select_option("")
    assert shown.count() == every


def test_sorting_sorts_by_value_with_mouse_and_keyboard(visit):
    page = visit().page
    heading = page.locator("#items thead th", has_text="Expected")
    column = heading.evaluate("(th) => th.cellIndex")
    values = f"(table) => [...table.tBodies[0].rows].map((row) => Number(row.cells[{column}].dataset.v))"
    table = page.locator("#items table")
    before = table.evaluate(values)
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert table.evaluate(values) == sorted(before, reverse=True) != before
    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert table.evaluate(values) == sorted(before)
    by_name = page.locator("#items thead th", has_text="Resource")
    by_name.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") is None
    names = page.locator("#items tbody th").all_text_contents()
    assert names == sorted(names, key=str.lower)


def test_the_keyboard_reaches_everything(visit):
    page = visit(viewport=PHONE).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    # Every table that scrolls sideways can be focused, and then scrolled.
    wide = "[...document.querySelectorAll('.scroll, pre')].filter((e) => e.scrollWidth > e.clientWidth)"
    assert page.evaluate(f"{wide}.length") > 0
    assert page.evaluate(f"{wide}.every((e) => e.tabIndex === 0)")


def test_everything_is_there_without_scripts(visit):
    with_scripts, without = visit().page, visit(scripts=False).page
    assert without.locator(".tools, th button").count() == 0
    for selector in ["#items tbody tr", "#prices tbody tr", "#services svg.stack"]:
        assert without.locator(selector).count() == with_scripts.locator(selector).count() > 0
    assert without.locator("#items tbody tr:visible").count() == without.locator("#items tbody tr").count()


def test_prints_on_white_with_the_remedies_open(visit):
    page = visit(scheme="dark").page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#findings .item details").count() > 0
    assert page.locator("#findings .item details:not([open])").count() == 0
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("nav.contents").is_hidden()
    assert page.evaluate("[...document.querySelectorAll('.scroll')].every((e) => getComputedStyle(e).overflowX === 'visible')")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


def test_the_figures_are_those_of_the_data(visit):
    page = visit().page
    for i, environment in enumerate(json.loads((ROOT / "reports/estimate.json").read_text())["environments"]):
        card = page.locator(".card").nth(i)
        assert f"£{float(environment['monthly']['expected']):,.2f}" in card.locator(".big").text_content()
        assert f"£{float(environment['monthly']['min']):,.2f}" in card.text_content()
        assert f"£{float(environment['monthly']['max']):,.2f}" in card.text_content()
        items = sum(len(r["line_items"]) for r in environment["resources"])
        assert page.locator(f"#items tr[data-environment='{environment['environment']}']").count() == items


def test_links_lead_to_files_that_are_there(visit):
    page = visit().page
    for name in page.locator("footer a").evaluate_all("(links) => links.map((a) => a.getAttribute('href'))"):
        assert (SAMPLE.parent / name).is_file()


HOSTILE = "</title></script></style><script>alert(1)</script><img src=x onerror=alert(2)>\" onmouseover=\"alert(3)"


def test_a_hostile_template_runs_nothing(visit, tmp_path):
    text = json.dumps(HOSTILE)
    (tmp_path / "isms-cost.yaml").write_text(json.dumps({
        "version": 1, "template": "t.yaml", "region": "eu-west-2", "environments": {HOSTILE: {}},
    }))
    (tmp_path / "t.yaml").write_text(f"""
Description: {text}
Parameters: {{Free: {{Type: String, Default: {text}}}}}
Resources:
  Logs: {{Type: 'AWS::Logs::LogGroup', Properties: {{LogGroupName: {text}, Tags: [{{Key: a, Value: !Ref Free}}]}}}}
  Odd: {{Type: {text}, Properties: {{Name: !Ref Free}}}}
""")
    program("report", "--out", "out", "--today", "2026-11-23", folder=tmp_path)
    seen = visit(tmp_path / "out/report.html")
    page = seen.page
    assert page.title() == f"Cost and risk: {HOSTILE}"
    assert page.locator("img").count() == 0
    page.locator("body").hover()
    page.wait_for_timeout(200)
    assert seen.complaints == []
    assert len(seen.requests) == 1
    assert faults(page) == []


def test_who_reaches_what_is_drawn_and_told(visit):
    page = visit().page
    drawings = page.locator("#reach svg.reach")
    assert drawings.count() == len(ENVIRONMENTS)
    for i, name in enumerate(ENVIRONMENTS):
        assert drawings.nth(i).get_attribute("aria-label").startswith(f"Reachability in {name}: ")
        overlaps = """(svg) => {
          const boxes = [...svg.querySelectorAll('.node rect')].map((r) => r.getBoundingClientRect());
          return boxes.some((a, i) => boxes.some((b, j) => i < j
            && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom));
        }"""
        assert drawings.nth(i).locator(".node").count() > 4 and not drawings.nth(i).evaluate(overlaps)
        rows = page.locator("#reach table").nth(i).locator("tbody tr")
        told = [row.split("|")[:2] for row in rows.evaluate_all(
            "(rows) => rows.map((r) => [...r.cells].map((c) => c.textContent.trim()).join('|'))"
        )]
        # The load balancer is public, the database is not.
        assert ["the internet", "Alb/LoadBalancer"] in told
        assert not [pair for pair in told if pair[0] == "the internet" and pair[1].startswith("Database/")]


def test_the_verdict_and_its_budgets_are_those_of_the_data(visit):
    page = visit().page
    verdict = json.loads((ROOT / "reports/gate.json").read_text())
    said = page.locator("#gate .verdict strong").text_content()
    assert said == ("The gate says yes." if verdict["passes"] else "The gate says no.")
    rows = page.locator("#gate tbody tr")
    assert rows.count() == sum(len(e["budgets"]) for e in verdict["environments"]) > 0
    # A bar for each budget with a limit, and it is as long as the budget is used.
    for row in rows.all():
        bar = row.locator("svg.bar")
        if bar.count():
            spent, limit = (float(text.replace("£", "").replace(",", "")) for text in
                            (row.locator("td.n").text_content(), row.locator("li").first.text_content()))
            part = bar.evaluate("(svg) => svg.lastElementChild.getBoundingClientRect().width / svg.getBoundingClientRect().width")
            assert abs(part - min(1, spent / limit)) < 0.01
