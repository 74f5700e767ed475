"""What holds on every page of ours, whatever it is about."""

from collections import Counter

from bs4 import BeautifulSoup, Tag

UNLABELLED = ("hidden", "submit", "button", "image", "reset")


def check_page(html: str, *, where: str) -> None:
    """One h1, a true title, labels, unique ids, “Error:” when something is wrong; or AssertionError."""
    page = BeautifulSoup(html, "html.parser")
    problems = [*_headings(page), *_title(page), *_fields(page), *_ids(page), *_forms(page), *_images(page)]
    assert not problems, f"{where}: " + "; ".join(problems)


def _headings(page: BeautifulSoup) -> list[str]:
    count = len(page.find_all("h1"))
    return [] if count == 1 else [f"{count} h1 elements"]


def _title(page: BeautifulSoup) -> list[str]:
    title = page.title.get_text().strip() if page.title else ""
    problems = [] if title and not title.startswith("–") else ["no title"]
    has_summary = page.find(class_="govuk-error-summary") is not None
    if has_summary != title.startswith("Error:"):
        problems.append(f"title “{title}” {'hides' if has_summary else 'claims'} an error")
    if page.html is None or page.html.get("lang") != "en-GB":
        problems.append("no language")
    return problems


def _fields(page: BeautifulSoup) -> list[str]:
    labelled = {str(label["for"]) for label in page.find_all("label", attrs={"for": True})}
    return [
        f"no label for {field.get('name') or field.get('id')}"
        for field in page.find_all(["input", "select", "textarea"])
        if field.get("type") not in UNLABELLED
        and field.get("id") not in labelled
        and not (field.get("aria-label") or field.get("aria-labelledby"))
    ]


def _ids(page: BeautifulSoup) -> list[str]:
    counted = Counter(str(tag["id"]) for tag in page.find_all(id=True))
    problems = [f"id {name} used {count} times" for name, count in counted.items() if count > 1]
    for tag in page.find_all(attrs={"aria-describedby": True}):
        problems += [
            f"describedby {name} is nowhere"
            for name in _names(tag, "aria-describedby")
            if name not in counted
        ]
    for tag in page.find_all("label", attrs={"for": True}):
        problems += [] if tag["for"] in counted else [f"label for {tag['for']}, which is nowhere"]
    for link in page.find_all("a", href=True):
        target = str(link["href"])
        if target.startswith("#") and len(target) > 1 and target[1:] not in counted:
            problems.append(f"link to {target}, which is nowhere")
    return problems


def _forms(page: BeautifulSoup) -> list[str]:
    return [
        f"a form to {form.get('action')} without a token"
        for form in page.find_all("form")
        if str(form.get("method", "get")).lower() == "post"
        and not form.find("input", attrs={"name": "csrf_token"})
    ]


def _images(page: BeautifulSoup) -> list[str]:
    return ["an image without alt" for image in page.find_all("img") if not image.has_attr("alt")]


def _names(tag: Tag, attribute: str) -> list[str]:
    return str(tag[attribute]).split()
