#!/usr/bin/env python3
"""The layers as a check: which folder may include what, and which symbols the pure libraries may need.

usage: check.py includes SOURCE_DIR
       check.py symbols LIBRARY...          (libbase.a, libcore.a)
       check.py selftest CC                 (plants breaches and demands that each is found)

Exit 1 and one line per breach.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

# folder: our own headers it may include, by first path component
OWN = {
    'daemon/base': {'base'},
    'daemon/core': {'base', 'core'},
    'daemon/store': {'base', 'core', 'store'},
    'daemon/io': {'base', 'io'},
    'adapters': {'base', 'core', 'io', 'adapters'},
    'daemon/engine': {'base', 'core', 'io', 'store', 'adapters', 'engine'},
}
# third-party header: files that may include it, as prefixes of their path
FOREIGN = {
    r'uv\.h': ('daemon/io/', 'daemon/engine/api', 'daemon/main.c'),
    r'curl/.*': ('daemon/io/', 'daemon/cli'),
    r'microhttpd\.h': ('daemon/engine/api',),
    r'sqlite3\.h': ('daemon/store/',),
    r'openssl/.*': ('daemon/io/', 'adapters/', 'daemon/engine/', 'daemon/main.c'),
    r'systemd/.*': ('daemon/engine/', 'daemon/main.c'),
    r'libsmartcols/.*': ('daemon/cli',),
    r'(sys/socket|netinet/.*|arpa/.*|netdb|poll|sys/epoll)\.h': (
        'daemon/io/', 'daemon/engine/api', 'daemon/main.c', 'daemon/cli', 'daemon/base/log.c'),
    r'sys/un\.h': ('daemon/io/', 'daemon/engine/api', 'daemon/main.c', 'daemon/cli', 'daemon/base/log.c'),
}
CLOCK = r'time|clock|clock_gettime|gettimeofday|timespec_get|nanosleep|clock_nanosleep|usleep|sleep'
CHANCE = r'rand|rand_r|random|srand|srandom|[dlm]rand48|arc4random.*|getrandom|getentropy|RAND_.*'
SOCKET = r'socket|connect|bind|listen|accept4?|send(to|msg|mmsg)?|recv(from|msg|mmsg)?|getaddrinfo|p?poll|epoll_.*|p?select'
PROCESS = r'fork|vfork|exec[lv].*|posix_spawn.*|system|popen|pthread_create'
LIBRARY = r'(uv|curl|sqlite3|MHD|sd|SSL|EVP)_.*'
FILE = r'f?open(at)?(64)?|unlink(at)?|rename|getenv|secure_getenv'
PURE = {
    'libbase.a': '|'.join((CLOCK, CHANCE, SOCKET, PROCESS, LIBRARY)),
    'libcore.a': '|'.join((CLOCK, CHANCE, SOCKET, PROCESS, LIBRARY, FILE)),
}
# The log writes to the journal's socket without waiting; that is its one task.
EXCUSED = {('libbase.a', 'log.c.o'): SOCKET}


def includes(root):
    breaches = []
    files = sorted(p for d in ('daemon', 'adapters') for p in (root / d).rglob('*') if p.suffix in ('.c', '.h'))
    for path in files:
        name = path.relative_to(root).as_posix()
        folder = next((f for f in OWN if name.startswith(f + '/')), None)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not m:
                continue
            quote, header = m.groups()
            if quote == '"' and folder and header.split('/')[0] not in OWN[folder] | {'schema.h'}:
                breaches.append(f'{name}:{number}: "{header}" is above or beside this layer')
            if quote == '"' and '/' not in header and header != 'schema.h':
                breaches.append(f'{name}:{number}: "{header}" without its folder')
            for pattern, allowed in FOREIGN.items():
                if re.fullmatch(pattern, header) and not name.startswith(allowed):
                    breaches.append(f'{name}:{number}: <{header}> belongs to {" ".join(allowed)}')
    return breaches, len(files)


def symbols(library):
    name = pathlib.Path(library).name
    forbidden = re.compile(PURE[name])
    listing = subprocess.run(['nm', '-A', '-u', library], capture_output=True, text=True, check=True).stdout
    breaches, seen = [], 0
    for line in listing.splitlines():
        member, symbol = line.split(':')[-2], line.split()[-1].split('@')[0]
        seen += 1
        excuse = EXCUSED.get((name, member))
        if forbidden.fullmatch(symbol) and not (excuse and re.fullmatch(excuse, symbol)):
            breaches.append(f'{name}({member}): needs {symbol}')
    return breaches, seen


def selftest(cc):
    planted = {
        'daemon/base/a.c': '#include "core/record.h"\n',
        'daemon/core/b.h': '#include <uv.h>\n',
        'daemon/core/c.c': '#  include <sqlite3.h>\n',
        'daemon/io/d.c': '#include "store/store.h"\n',
        'daemon/store/e.c': '#include <sys/socket.h>\n',
        'daemon/engine/config.c': '#include <curl/curl.h>\n',
        'adapters/f.c': '#include "engine/engine.h"\n',
        'adapters/g.c': '#include "adapter.h"\n',
    }
    fine = {'daemon/core/ok.c': '#include "core/record.h"\n#include <string.h>\n',
            'daemon/io/ok.c': '#include <uv.h>\n', 'adapters/ok.c': '#include "core/record.h"\n'}
    code = {'libcore.a': ['time_t time(time_t *); time_t t(void); time_t t(void) { return time(0); }',
                          'int getrandom(void *, long, int); int r(void); int r(void) { return getrandom(0, 0, 0); }',
                          'void sqlite3_close(void *); void s(void); void s(void) { sqlite3_close(0); }',
                          'char *getenv(const char *); char *g(void); char *g(void) { return getenv("A"); }'],
            'libbase.a': ['int socket(int, int, int); int k(void); int k(void) { return socket(1, 2, 3); }',
                          'void uv_run(void *); void u(void); void u(void) { uv_run(0); }']}
    missed = []
    with tempfile.TemporaryDirectory() as d:
        root = pathlib.Path(d)
        for name, text in (planted | fine).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        found = {line.split(':')[0] for line in includes(root)[0]}
        missed += [f'breach in {n} not found' for n in planted if n not in found]
        missed += [f'{n} found though it is fine' for n in fine if n in found]
        for library, sources in code.items():
            for text in sources:
                for member, guilty in (('plain.c', True), ('log.c', 'socket' not in text)):
                    if library == 'libcore.a' and member == 'log.c':
                        continue
                    (root / member).write_text('#include <stddef.h>\n#define time_t long\n' + text + '\n')
                    archive = root / library
                    archive.unlink(missing_ok=True)
                    obj = root / (member + '.o')
                    subprocess.run([cc, '-w', '-c', root / member, '-o', obj], check=True)
                    subprocess.run(['ar', 'rc', archive, obj], check=True)
                    if bool(symbols(str(archive))[0]) != guilty:
                        missed.append(f'{library}({member}): {text}: ' + ('not found' if guilty else 'found'))
    return missed, len(planted) + sum(map(len, code.values()))


def main():
    verb, args = (sys.argv[1:2] or [''])[0], sys.argv[2:]
    if verb == 'includes' and len(args) == 1:
        breaches, looked = includes(pathlib.Path(args[0]))
    elif verb == 'symbols' and args:
        results = [symbols(a) for a in args]
        breaches, looked = sum((r[0] for r in results), []), min(r[1] for r in results)
    elif verb == 'selftest' and len(args) == 1:
        breaches, looked = selftest(args[0])
    else:
        sys.exit(__doc__)
    for line in breaches:
        print(line)
    if not looked:
        print(f'{verb}: nothing to look at')
    print(f'{verb}: {looked} looked at, {len(breaches)} breaches')
    sys.exit(bool(breaches) or not looked)


main()
