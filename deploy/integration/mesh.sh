# Sourced after lib.sh by the parts that need a running mesh.

_mesh_pid=

# build_mesh: builds the mesh, and puts `mesh` on the PATH.
build_mesh() {
    command -v cargo >/dev/null || die "cargo is needed: https://rustup.rs"
    cd "$repository"
    cargo build --quiet
    export PATH="${CARGO_TARGET_DIR:-$repository/target}/debug:$PATH"
}

# start_mesh [PRODUCT_DIR...]: builds the mesh and starts one on a free port, with nothing in it but what the products ship,
# those in the folders too; returns once it is ready. Afterwards `mesh` is on the PATH and knows it, and these are exported:
#   MESH_ORIGIN    http://127.0.0.1:PORT
#   MESH_DATA_DIR  the folder that holds everything it remembers
#   MESH_TOKEN     a token with every scope
start_mesh() {
    need curl curl
    build_mesh
    host_products mesh "$@"
}

# host_products PROGRAM [PRODUCT_DIR...]: as start_mesh, with a program that has the mesh's command line.
host_products() {
    local program=$1 folder port deadline
    shift
    folder=$(mktemp -d)
    on_exit rm -rf "$folder"
    port=$(free_port)
    export MESH_ORIGIN=http://127.0.0.1:$port MESH_DATA_DIR=$folder/data
    _mesh_log=$folder/log
    on_exit _abandon_mesh
    MESH_LOG=warn "$program" up --listen "127.0.0.1:$port" "$@" >"$folder/greeting" 2>"$_mesh_log" &
    _mesh_pid=$!
    wait_for_port "$port" 60 "$_mesh_pid"
    deadline=$((SECONDS + 60))
    until curl --silent --fail --max-time 5 --output /dev/null "$MESH_ORIGIN/health/ready"; do
        kill -0 "$_mesh_pid" 2>/dev/null || die "the mesh ended before it was ready"
        ((SECONDS < deadline)) || die "the mesh was not ready within 60 s"
        sleep 0.1
    done
    MESH_TOKEN=$(mesh token --scope ingest,score,query,quarantine,models)
    export MESH_TOKEN
}

# stop_mesh: stops the mesh as Ctrl-C does. It has to end well, and to have had nothing to report as an error.
stop_mesh() {
    local pid=$_mesh_pid status=0 deadline=$((SECONDS + 30))
    kill -INT "$pid"
    while kill -0 "$pid" 2>/dev/null; do
        ((SECONDS < deadline)) || die "the mesh did not stop within 30 s of SIGINT"
        sleep 0.1
    done
    wait "$pid" || status=$?
    ((status == 0)) || die "the mesh ended with status $status"
    if grep -E '"level":"ERROR"|panicked at' "$_mesh_log" >&2; then
        die "the mesh logged errors"
    fi
    _mesh_pid=
}

# Only does something when a part ends before stop_mesh was content.
_abandon_mesh() {
    [[ -n $_mesh_pid ]] || return 0
    kill -KILL "$_mesh_pid" 2>/dev/null || true
    wait "$_mesh_pid" 2>/dev/null || true
    say "the mesh's log ends:"
    tail -n 30 "$_mesh_log" >&2
}
