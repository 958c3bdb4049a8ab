from __future__ import annotations

import json
import logging
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from eschool_cli.main import cli

from eschool_core.forms.to_pdf import to_pdf
from tests.core.forms.test_to_pdf import document
from tests.softhsm import PIN, SoftHsm


def run(*args: object, typed: str = "") -> Result:
    said = [str(arg) for arg in args]
    return CliRunner().invoke(cli, said, input=typed, prog_name="eschool")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The school's root, Petrova's key and a printed register."""
    school, root = tmp_path / "school.p12", tmp_path / "school.pem"
    made = run(
        "server", "keys", "school", "Школа", "--key", school, "--root", root, typed="one\none\n"
    )
    assert made.exit_code == 0, made.output
    key = tmp_path / "her.p12"
    made = run(
        "server", "keys", "person", "Петрова", "--school-key", school, "--key", key,
        typed="one\ntwo\ntwo\n",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    (tmp_path / "register.pdf").write_bytes(to_pdf(document()))
    return tmp_path


def signed(folder: Path) -> Path:
    """Return the register, signed."""
    out = folder / "signed.pdf"
    args = ("sign", folder / "register.pdf", out, "--key", folder / "her.p12")
    result = run(*args, typed="two\n")
    assert result.exit_code == 0, result.output
    return out


def test_a_printed_register_is_signed_and_checked(folder: Path) -> None:
    file = signed(folder)
    checked = run("signatures", file, "--root", folder / "school.pem")
    assert checked.exit_code == 0, checked.output
    assert "Петрова, Школа" in checked.output
    assert "подпись верна" in checked.output
    told = json.loads(run("signatures", file, "--root", folder / "school.pem", "--json").stdout)
    assert [one["state"] for one in told] == ["good"]


def test_programs_are_told_which_files_were_made(folder: Path) -> None:
    key, root, own, out = (folder / name for name in ("k.p12", "r.pem", "own.p12", "out.pdf"))
    keys = ("server", "keys")
    made = run(*keys, "school", "Школа", "--key", key, "--root", root, "--json", typed="x\nx\n")
    assert json.loads(made.stdout) == {"key": str(key), "root": str(root)}
    typed = "x\ny\ny\n"
    made = run(*keys, "person", "Петрова", "--school-key", key, "--key", own, "--json", typed=typed)
    assert json.loads(made.stdout) == {"key": str(own)}
    made = run("sign", folder / "register.pdf", out, "--key", own, "--json", typed="y\n")
    assert json.loads(made.stdout) == {"file": str(out)}
    checked = run("signatures", out, "--root", root)
    assert checked.exit_code == 0, checked.output


def test_changed_foreign_and_missing_signatures_are_told_apart(folder: Path) -> None:
    file, root = signed(folder), folder / "school.pem"
    changed = folder / "changed.pdf"
    data = bytearray(file.read_bytes())
    data[len(data) // 4] ^= 1
    changed.write_bytes(bytes(data))
    found = run("signatures", changed, "--root", root)
    assert (found.exit_code, "изменён после подписи" in found.output) == (6, True)
    other, other_root = folder / "other.p12", folder / "other.pem"
    run("server", "keys", "school", "Школа", "--key", other, "--root", other_root, typed="x\nx\n")
    foreign = run("signatures", file, "--root", other_root)
    assert (foreign.exit_code, "не ручается" in foreign.output) == (5, True)
    none = run("signatures", folder / "register.pdf", "--root", root)
    assert (none.exit_code, "Подписей в файле нет" in none.output) == (4, True)


def test_a_file_that_is_there_is_kept(folder: Path) -> None:
    before = (folder / "her.p12").read_bytes()
    again = run(
        "server", "keys", "person", "Петрова", "--school-key", folder / "school.p12",
        "--key", folder / "her.p12", typed="one\ntwo\ntwo\n",
    )  # fmt: skip
    assert again.exit_code == 4
    assert (folder / "her.p12").read_bytes() == before


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("sign", "register.pdf", "out.pdf"), "--key, --module или --provider"),
        (("sign", "register.pdf", "out.pdf", "--token", "petrova"), "--key, --module или"),
        (
            ("sign", "register.pdf", "out.pdf", "--key", "her.p12", "--module", "her.p12"),
            "--key, --module или",
        ),
        (("sign", "register.pdf", "out.pdf", "--module", "her.p12"), "не библиотека PKCS#11"),
        (("sign", "register.pdf", "out.pdf", "--provider", "gost"), "средства подписи здесь нет"),
        (("sign", "missing.pdf", "out.pdf", "--key", "her.p12"), "не читается"),
        (("sign", "her.p12", "out.pdf", "--key", "her.p12"), "не PDF"),
        (("signatures", "register.pdf"), "--root или --provider"),
        (("signatures", "register.pdf", "--root", "her.p12"), "нет корневого"),
    ],
)
def test_what_cannot_be_done_says_why(
    folder: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(folder)
    result = run(*args, typed="two\n")
    assert result.exit_code == 4
    assert said in result.output
    assert not (folder / "out.pdf").exists()


def test_a_wrong_passphrase_signs_nothing_and_is_in_no_log(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        result = run(
            "sign", folder / "register.pdf", folder / "out.pdf", "--key", folder / "her.p12",
            typed="hunter2\n",
        )  # fmt: skip
    assert result.exit_code == 5
    assert not (folder / "out.pdf").exists()
    assert "hunter2" not in result.output + caplog.text


def test_a_token_signs_by_its_pin_which_is_asked_for(folder: Path, softhsm: SoftHsm) -> None:
    out, root = folder / "out.pdf", folder / "softhsm.pem"
    root.write_bytes(softhsm.root)
    args = ("sign", folder / "register.pdf", out, "--module", softhsm.module, "--token", "petrova")
    result = run(*args, typed=f"{PIN}\n")
    assert result.exit_code == 0, result.output
    assert PIN not in result.output
    checked = run("signatures", out, "--root", root)
    assert (checked.exit_code, "Петрова А. А., Школа № 1" in checked.output) == (0, True)


@pytest.mark.parametrize(
    ("options", "pin", "said"),
    [
        ((), PIN, "--token ИМЯ"),
        (("--token", "ivanova"), PIN, "Вставьте токен"),
        (("--token", "petrova"), "wrong-pin-5521", "Проверьте PIN"),
        (("--token", "two"), PIN, "--certificate ИМЯ"),
        (("--token", "bare"), PIN, "под одним номером"),
    ],
)
def test_a_token_that_cannot_sign_says_what_to_do(
    folder: Path,
    softhsm: SoftHsm,
    caplog: pytest.LogCaptureFixture,
    options: tuple[str, ...],
    pin: str,
    said: str,
) -> None:
    out = folder / "out.pdf"
    args = ("sign", folder / "register.pdf", out, "--module", softhsm.module, *options)
    with caplog.at_level(logging.DEBUG):
        result = run(*args, typed=f"{pin}\n")
    assert result.exit_code in (4, 5)
    assert said in " ".join(result.output.split())
    assert pin not in result.output + caplog.text
    assert not out.exists()


def test_a_root_without_a_passphrase_is_not_made(tmp_path: Path) -> None:
    key = tmp_path / "school.p12"
    args = ("server", "keys", "school", "Школа", "--key", key, "--root", tmp_path / "school.pem")
    assert run(*args, typed="\n\n").exit_code == 4
    assert not key.exists()
