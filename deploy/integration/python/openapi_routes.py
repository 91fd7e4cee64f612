"""openapi_routes.py OPENAPI: every route of the document is there on the mesh, and asks for a token where it says so."""

import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from mesh_client import ORIGIN, TOKEN

# Something that exists, for each parameter a path may hold.
KNOWN = {
    "product": "bracelet-cardiology",
    "urn": "urn:mesh:cardiology:bracelet-cardiology:readings:1",
    "code": "not-found",
    "contract": "heart-readings",
    "dataset": "heart_readings",
    "version": "1.1.0",
    "model": "heart-risk",
}
# Where the same name is of something else.
OF_MODELS = {"version": "1"}

# Of what a mesh that is well has none: an entry in quarantine, and a trial of the version in Production. Asked for, it says so.
ABSENT = {"id": "0-0-00000000"}
ABSENT_PATH = "/trial"
# What is made once the mesh is up, and there after seconds.
LATE_PATH = "/profile"
PATIENCE = 60


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirect)


def status(method: str, path: str, headers: dict[str, str]) -> int:
    request = urllib.request.Request(ORIGIN + path, method=method, headers=headers)
    try:
        with OPENER.open(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def style_sheet() -> str:
    """Its name changes with its content."""
    with OPENER.open(ORIGIN + "/", timeout=10) as answer:
        return answer.read().decode().split("/catalog/assets/", 1)[1].split('"', 1)[0]


def newest_run(model: str) -> str:
    """The run that trained the first version, which is over."""
    request = urllib.request.Request(f"{ORIGIN}{model}/runs", headers={"Authorization": f"Bearer {TOKEN}"})
    with OPENER.open(request, timeout=10) as answer:
        return json.load(answer)["runs"][0]["run"]


def of_models(path: str) -> dict[str, str]:
    """What is known of the model that a path is about."""
    model, _, rest = path.partition("/models/")
    if not rest or "{" in model:
        return {}
    model = f"{model}/models/{rest.split('/')[0]}"
    return OF_MODELS | ({"run": newest_run(model)} if "{run}" in path else {})


def problems_of(path: str, method: str, operation: dict, known: dict[str, str]) -> list[str]:
    names = [p["name"] for p in operation["parameters"] if p["in"] == "path"]
    known = known | of_models(path)
    if unknown := [name for name in names if name not in known]:
        return [f"{method} {path}: openapi_routes.py knows no {', '.join(unknown)} that exists"]
    query = "?q=heart" if any(p["in"] == "query" and p["required"] for p in operation["parameters"]) else ""
    address = path.format(**known) + query
    own = {"Authorization": f"Bearer {TOKEN}"}

    found = []
    answer = status(method, address, own)
    waited_until = time.monotonic() + PATIENCE
    while answer == 503 and path.endswith(LATE_PATH) and time.monotonic() < waited_until:
        time.sleep(0.5)
        answer = status(method, address, own)
    documented = operation["responses"]
    is_absent = any(name in ABSENT for name in names) or path.endswith(ABSENT_PATH)
    wrong = (405,) if is_absent else (404, 405)
    if answer in wrong or answer >= 500 or str(answer) not in documented:
        found.append(f"{method} {address}: {answer}, documented are {', '.join(documented)}")
    if method == "GET" and answer not in ((404,) if is_absent else (200, 302)):
        found.append(f"{method} {address}: {answer}")
    if operation["security"]:
        for headers in ({}, {"Authorization": "Bearer e30.e30.e30"}):
            if (answer := status(method, address, headers)) != 401:
                found.append(f"{method} {address}: {answer} without a token that is ours")
    return found


def main() -> None:
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    routes = [
        (path, method.upper(), operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    known = KNOWN | ABSENT | {"file": style_sheet()}
    found = [problem for route in routes for problem in problems_of(*route, known)]
    if found or not routes:
        sys.exit("\n".join(found) or "the document has no route")
    print(f"{len(routes)} routes answer as documented")


if __name__ == "__main__":
    main()
