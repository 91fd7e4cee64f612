# Sourced after lib.sh: programs of the Java world, from Maven Central.

# jars_of POM: prints the folder with what the POM names, fetched the first time.
jars_of() {
    local key folder
    key=$(sha256sum "$1" | cut -c1-12)
    folder=$integration_home/jars-$key
    if [[ ! -d $folder ]]; then
        need mvn maven
        say "fetching what $1 names"
        rm -rf "$folder.part"
        mvn --batch-mode --quiet --file "$1" \
            org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
            -DincludeScope=runtime -DoutputDirectory="$folder.part" >&2
        mv "$folder.part" "$folder"
    fi
    printf '%s\n' "$folder"
}

# in_background PLACE COMMAND...: its output is added to PLACE.log, its process is in PLACE.pid. It gets a session of its own,
# so that an interrupt at the terminal leaves stopping it to whoever started it.
in_background() {
    setsid "${@:2}" >>"$1.log" 2>&1 </dev/null &
    echo $! >"$1.pid"
}

# process_of PLACE WORDS: prints the process of PLACE.pid, if it is still the one that was started with these words.
process_of() {
    local pid
    pid=$(cat "$1.pid" 2>/dev/null) || return 1
    ps -p "$pid" -o args= 2>/dev/null | grep -qF -- "$2" || return 1
    echo "$pid"
}
