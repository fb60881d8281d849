"""Look every locked runtime package up in the advisory database; fail on a known vulnerability."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

BIN = Path(sys.executable).parent


def audit() -> list[dict[str, object]]:
    """Return pip-audit's findings: one entry per package, with what is known or why nothing is."""
    uv = shutil.which("uv") or str(BIN / "uv")
    with TemporaryDirectory() as folder:
        wanted = Path(folder, "requirements.txt")
        export = [uv, "export", "--frozen", "--no-dev", "--no-emit-project", "--quiet", "-o", str(wanted)]
        subprocess.run(export, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        command = [str(BIN / "pip-audit"), "-r", str(wanted), "--disable-pip", "--progress-spinner", "off"]
        found = subprocess.run([*command, "-f", "json"], check=False, capture_output=True, text=True)  # noqa: S603
    if not found.stdout.strip():
        sys.exit(f"pip-audit gave no answer:\n{found.stderr}")
    packages: list[dict[str, object]] = json.loads(found.stdout)["dependencies"]
    return packages


def main() -> None:
    """Print the findings; fail on a vulnerability, or on a package left out while others were found."""
    packages = audit()
    unsafe = [package for package in packages if package.get("vulns")]
    unknown = [package["name"] for package in packages if package.get("skip_reason")]
    for package in unsafe:
        sys.stdout.write(f"{package['name']} {package['version']}: {json.dumps(package['vulns'])[:500]}\n")
    if unsafe:
        sys.exit("Locked packages have known vulnerabilities.")
    if len(unknown) == len(packages):
        sys.stdout.write("WARNING: the advisory service answered for no package: NOTHING WAS AUDITED HERE.\n")
        return
    if unknown:
        sys.exit(f"Not audited: {', '.join(map(str, unknown))}")
    sys.stdout.write(f"{len(packages)} packages, no known vulnerability.\n")


if __name__ == "__main__":
    main()
