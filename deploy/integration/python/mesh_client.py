"""The mesh that `start_mesh` of mesh.sh started, over HTTP."""

import json
import os
import time
import urllib.request
from collections.abc import Callable

ORIGIN = os.environ["MESH_ORIGIN"]
TOKEN = os.environ["MESH_TOKEN"]
NAME = "bracelet-cardiology"
PRODUCT = f"/products/{NAME}"


def get(path: str):
    """The JSON that is there."""
    with urllib.request.urlopen(ORIGIN + path, timeout=10) as answer:
        return json.load(answer)


def text(path: str) -> str:
    """The page that is there."""
    with urllib.request.urlopen(ORIGIN + path, timeout=10) as answer:
        return answer.read().decode()


def post_to(address: str, body: bytes, content_type: str = "application/json", accept: str = "application/json") -> bytes:
    """What the mesh answers. Any status but 2xx raises an error."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": content_type, "Accept": accept}
    request = urllib.request.Request(ORIGIN + address, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def post(path: str, body: bytes, content_type: str = "application/json", accept: str = "application/json") -> bytes:
    """What the product answers."""
    return post_to(PRODUCT + path, body, content_type, accept)


def query(sql: str, accept: str = "application/json") -> bytes:
    return post("/query", json.dumps({"sql": sql}).encode(), accept=accept)


def rows_of(product: str, dataset: str) -> int:
    """As the product's query port counts them."""
    sql = f'SELECT count(*) AS n FROM "{dataset}"'
    return json.loads(post_to(f"/products/{product}/query", json.dumps({"sql": sql}).encode()))[0]["n"]


def wait_until(missing: Callable[[], str], seconds: float) -> None:
    """Returns once nothing is missing any more."""
    deadline = time.monotonic() + seconds
    while what := missing():
        if time.monotonic() > deadline:
            raise SystemExit(what)
        time.sleep(0.2)


def wait_for_rows(dataset: str, rows: int) -> None:
    """Returns once the query port sees so many rows."""

    def missing() -> str:
        seen = rows_of(NAME, dataset)
        told = f"{dataset} has {seen} rows, not {rows}"
        if seen > rows:
            raise SystemExit(told)
        return told if seen < rows else ""

    wait_until(missing, 20)
