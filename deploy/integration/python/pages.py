"""Opens the catalog's pages in Chromium at two widths, and runs every snippet that the product page shows.

pages.py CHROMIUM PYTHON FOLDER: PYTHON is one that has what the Python snippets import, and nothing else; FOLDER is that of
a declared product, which is broken in the end.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, sync_playwright

from mesh_client import NAME, ORIGIN, get, wait_until

PRODUCT_PAGE = f"/catalog/products/{NAME}"
CONTRACT = "heart-readings"
CONTRACT_PAGE = f"{PRODUCT_PAGE}/contracts/{CONTRACT}"
MODEL = "heart-risk"
MODEL_PAGE = f"{PRODUCT_PAGE}/models/{MODEL}"
MEASURED = "epidemiology"
MEASURED_PAGE = f"/catalog/products/{MEASURED}"
PAGES = [
    "/", PRODUCT_PAGE, CONTRACT_PAGE, MODEL_PAGE, MEASURED_PAGE,
    "/catalog/search", "/catalog/search?q=cholesterol", "/catalog/search?q=nothing-of-the-kind",
]  # fmt: skip
# What the page calls a rule's status; a failure is less where the rule only warns.
VERDICTS = {"passed": ["kept"], "failed": ["broken", "at risk"], "not-run": ["not checked"]}
WIDTHS = [1200, 360]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def open_page(context: BrowserContext, path: str, width: int) -> tuple[Page, list[str]]:
    """The page, and what is wrong with it."""
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    wrong: list[str] = []

    def answered(response) -> None:
        if response.status >= 400:
            wrong.append(f"{response.url} answers {response.status}")

    def asked(request) -> None:
        if urlsplit(request.url).netloc != urlsplit(ORIGIN).netloc:
            wrong.append(f"asks for {request.url}")

    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("requestfailed", lambda request: wrong.append(f"{request.url} fails: {request.failure}"))
    page.on("request", asked)
    page.on("response", answered)
    page.goto(ORIGIN + path, wait_until="networkidle", timeout=20_000)
    if not page.evaluate("document.styleSheets.length && getComputedStyle(document.body).fontFamily"):
        wrong.append("has no style sheet")
    return page, wrong


def scrolls_sideways(page: Page) -> str | None:
    inner, needed = page.evaluate("[innerWidth, document.scrollingElement.scrollWidth]")
    return f"is {needed} px wide in a window of {inner} px" if needed > inner else None


def check_product(page: Page) -> list[str]:
    """The page shows what the catalog knows of the product."""
    entry = get(f"/catalog/api/v1/products/{NAME}")
    model = entry["models"][0]
    expected = [entry["owner"], entry["urn"], model["name"], f"version {model['version']}", model["stage"]]
    expected += [f"{model['accuracy'][part]:.2f}" for part in ("value", "low", "high")]
    expected += [f"of {model['accuracy']['cases']} labelled cases"]
    expected += [port["address"] for port in entry["ports"]] + [port["urn"] for port in entry["ports"]]
    expected += [contract["name"] for contract in entry["contracts"]]
    expected += [dataset["name"] for dataset in entry["datasets"]]
    expected += [field["path"] for contract in entry["contracts"] for field in contract["fields"]]
    text = page.inner_text("main")
    return [f"does not show {part!r}" for part in expected if part not in text]


def check_model(page: Page) -> list[str]:
    """The page shows what the catalog knows of the model, in pictures that have a size and in tables once they are opened."""
    model = get(f"/catalog/api/v1/products/{NAME}/models/{MODEL}")
    serving = next(version for version in model["versions"] if version["version"] == model["version"])
    for details in page.locator("details > summary").all():
        details.click()
    text = page.inner_text("main")
    expected = [model["description"], f"version {model['version']}", *serving["features"], *serving["importance"]]
    expected += [f"{number:.2f}" for number in serving["measures"]["auc"].values()]
    expected += [change["why"] for change in model["history"]]
    wrong = [f"does not show {part!r}" for part in expected if part not in text]
    pictures = [picture.bounding_box() for picture in page.locator("figure svg.plot").all()]
    if len(pictures) < 4:
        wrong.append(f"has {len(pictures)} pictures: not ROC, precision and recall, calibration and importance")
    if any(box is None or box["width"] < 250 or box["height"] < 100 for box in pictures):
        wrong.append(f"has a picture without a size: {pictures}")
    return wrong


def check_home(page: Page) -> list[str]:
    """The page shows every product, and which of them hold simulated data."""
    text = page.inner_text("main")
    products = [product["product"] for product in get("/catalog/api/v1/products")["products"]]
    wrong = [f"does not show {name!r}" for name in {*products, "epidemiology", "logistics", NAME} if name not in text]
    if text.count("Simulated data") != 2:
        wrong.append("does not mark the two products whose data is simulated")
    return wrong


def check_quality(page: Page) -> list[str]:
    """The page shows every quality rule and what became of it."""
    entry = get(f"/catalog/api/v1/products/{MEASURED}")
    results = [result for dataset in entry["datasets"] for result in dataset["quality"]["results"]]
    for details in page.locator("details:not([open]) > summary").all():
        details.click()
    text = page.inner_text("main").lower()
    expected = [" ".join(result["sentence"].split()) for result in results]
    wrong = [f"does not show {part!r}" for part in expected if part.lower() not in " ".join(text.split())]
    for status in {result["status"] for result in results}:
        if not any(word in text for word in VERDICTS[status]):
            wrong.append(f"shows no rule as {' or '.join(VERDICTS[status])}")
    return wrong if results else ["has no quality rule"]


def broken_in(folder: Path) -> str:
    """Breaks a line of mesh.yaml; its place, as file:line. Returns once the catalog has seen it."""
    file = folder / "mesh.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    at = next(at for at, line in enumerate(lines) if line.strip().startswith("from:"))
    lines[at] = lines[at].replace("from:", "form:")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def missing() -> str:
        seen = get(f"/catalog/api/v1/products/{folder.name}").get("failure")
        return "" if seen else "the catalog does not see that mesh.yaml is broken"

    wait_until(missing, 30)
    return f"mesh.yaml:{at + 1}"


def check_contract(page: Page) -> list[str]:
    """The page shows what the catalog knows of the contract, and its document once it is opened."""
    entry = get(f"/catalog/api/v1/products/{NAME}")
    contract = next(contract for contract in entry["contracts"] if contract["name"] == CONTRACT)
    expected = [contract["id"], contract["version"], contract["description"]]
    expected += [field["path"] for field in contract["fields"]]
    page.locator("details summary").click()
    text = page.inner_text("main")
    wrong = [f"does not show {part!r}" for part in expected if part not in text]
    if page.locator("details pre").text_content() != contract["source"]:
        wrong.append("shows another document than the contract's")
    return wrong


def snippets(page: Page) -> list[tuple[str, str]]:
    """Title and code of each, opened as a reader does."""
    found = []
    for details in page.locator("details").all():
        title = details.locator("summary").inner_text()
        if not details.locator("pre").is_visible():
            details.locator("summary").click()
        found.append((title, details.locator("pre").inner_text()))
    return found


def run(title: str, code: str, python: str) -> str | None:
    """What is wrong with a snippet, run as it stands in an empty folder."""
    command = ["bash", "-euo", "pipefail", "-c", code] if code.startswith("curl ") else [python, "-c", code]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == 0 and done.stdout.strip():
        return None
    return f"snippet {title!r} ends with {done.returncode}:\n{code}\n{done.stdout}{done.stderr}"


def main() -> None:
    chromium, python, folder = sys.argv[1:]
    declared = Path(folder)
    found: list[str] = []
    runnable: list[tuple[str, str]] = []
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as profile:
        context = driver.chromium.launch_persistent_context(
            profile, executable_path=chromium, headless=True, args=FLAGS, timeout=30_000
        )
        for path in PAGES:
            for width in WIDTHS:
                page, wrong = open_page(context, path, width)
                wrong += filter(None, [scrolls_sideways(page)])
                if path == PRODUCT_PAGE:
                    wrong += check_product(page)
                    runnable = snippets(page)
                    # The snippets are the widest thing there is: none may widen the page once it is open.
                    wrong += filter(None, [scrolls_sideways(page)])
                if path == CONTRACT_PAGE:
                    wrong += check_contract(page)
                    wrong += filter(None, [scrolls_sideways(page)])
                if path == MODEL_PAGE:
                    wrong += check_model(page)
                    wrong += filter(None, [scrolls_sideways(page)])
                if path == "/":
                    wrong += check_home(page)
                if path == MEASURED_PAGE:
                    wrong += check_quality(page)
                    wrong += filter(None, [scrolls_sideways(page)])
                found += [f"{path} at {width} px: {what}" for what in wrong]
                page.close()
        place = broken_in(declared)
        for path in ("/", f"/catalog/products/{declared.name}"):
            for width in WIDTHS:
                page, wrong = open_page(context, path, width)
                wrong += filter(None, [scrolls_sideways(page)])
                if place not in page.inner_text("main"):
                    wrong.append(f"does not say that {place} is broken")
                found += [f"{path} of a broken product at {width} px: {what}" for what in wrong]
                page.close()
        context.close()
    print(f"{len(PAGES) + 2} pages opened at {' and '.join(map(str, WIDTHS))} px")

    kinds = {code.split()[0] for _, code in runnable}
    if not {"curl", "import"} <= kinds:
        found.append(f"the product page has no snippet of curl or none of Python: {[title for title, _ in runnable]}")
    found += filter(None, [run(title, code, python) for title, code in runnable])
    print(f"{len(runnable)} snippets run")
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
