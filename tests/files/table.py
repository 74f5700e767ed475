"""What becomes of every hostile upload, as a table: `python -m tests.files.table`."""

from io import BytesIO

from werkzeug.datastructures import FileStorage

from marketplace.errors import Refused
from marketplace.files.checks import Checked, examine
from tests.files.hostile import Upload, uploads


def verdict(upload: Upload) -> Checked | Refused:
    try:
        return examine(FileStorage(BytesIO(upload.data()), filename=upload.name))
    except Refused as refusal:
        return refusal


def line(upload: Upload) -> str:
    found = verdict(upload)
    said = f"refused | {found.message}" if isinstance(found, Refused) else f"kept safe | as {found.name}"
    return f"| {upload.what} | {said} |"


def main() -> None:
    print("| upload | verdict | what is said, or what it is kept as |\n|---|---|---|")
    for upload in uploads():
        print(line(upload))


if __name__ == "__main__":
    main()
