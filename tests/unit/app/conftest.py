"""The command line as a test calls it: in this process, on a home of its own."""

from dataclasses import dataclass

import pytest

from app.cli.main import main


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def refusal(self) -> str:
        """The one line of a refusal; it must be one."""
        assert self.returncode == 2, self.stderr
        assert self.stdout == ""
        assert "Usage:" not in self.stderr
        (line,) = [line for line in self.stderr.splitlines() if line.startswith("amends: ")]
        return line


@pytest.fixture
def amends(tmp_path, monkeypatch, capsys):
    def run(*arguments, **environment):
        capsys.readouterr()
        with monkeypatch.context() as during:
            during.chdir(tmp_path)
            during.setattr("sys.argv", ["amends", *map(str, arguments)])
            during.setenv("AMENDS_HOME", str(tmp_path / "home"))
            during.delenv("AMENDS_ASR_MODEL", raising=False)
            for name, value in environment.items():
                during.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        return Done(ended.value.code or 0, *capsys.readouterr())

    return run
