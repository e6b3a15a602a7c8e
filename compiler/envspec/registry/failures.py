"""What can go wrong with a registry, as the findings E1402 to E1404.

What always holds: no credential is in any of them, and no address with a query, which may hold a signature.
"""

from __future__ import annotations

from envspec.diagnostics import Diagnostic, Failure


class RegistryFailure(Failure):
    """`status` is that of the answer over HTTP which was no help; 0 when there was none, or its status is not what
    is wrong."""

    def __init__(self, diagnostic: Diagnostic, status: int = 0) -> None:
        super().__init__(diagnostic)
        self.status = status


def silent(host: str, error: BaseException) -> RegistryFailure:
    if is_untrusted(error):
        return RegistryFailure(
            Diagnostic(
                "E1402",
                f"the certificate of the registry `{host}` is not trusted",
                notes=(_reason(error),),
                help="name the authority that has signed it: `ca-bundle` of `[tool.envspec.docker]` in `pyproject.toml`, "
                "or `SSL_CERT_FILE`",
            )
        )
    return RegistryFailure(
        Diagnostic(
            "E1402",
            f"the registry `{host}` does not answer",
            notes=(_reason(error),),
            help="mend the address, or start the registry; what has been pushed is found again",
        )
    )


def refused(host: str, what: str, status: int) -> RegistryFailure:
    return RegistryFailure(
        Diagnostic(
            "E1403",
            f"the registry `{host}` refuses this user",
            notes=(what,),
            help=f"log in: `docker login {host}`; the user must be allowed to write there",
        ),
        status,
    )


def open_token_service(host: str) -> RegistryFailure:
    return RegistryFailure(
        Diagnostic(
            "E1403",
            f"the registry `{host}` names a token service without encryption",
            notes=("credentials are sent over HTTPS only, or to this machine",),
            help="have the registry set up with a token service on `https://`",
        )
    )


def unreadable_credentials(host: str, why: str) -> RegistryFailure:
    return RegistryFailure(
        Diagnostic(
            "E1403",
            f"docker's credentials for `{host}` cannot be read",
            notes=(why,),
            help="mend `config.json` or the credential helper that it names",
        )
    )


def odd(host: str, what: str, status: int = 0) -> RegistryFailure:
    return RegistryFailure(
        Diagnostic(
            "E1404",
            f"the registry `{host}` does not do what was asked",
            notes=(what,),
            help="look at the registry's own log; it has to follow the OCI distribution-spec",
        ),
        status,
    )


def is_untrusted(error: BaseException) -> bool:
    """Whether what answers speaks TLS, with a certificate that nobody here has signed."""
    import ssl

    return isinstance(_innermost(error), ssl.SSLCertVerificationError)


def _reason(error: BaseException) -> str:
    """The innermost cause, without the address."""
    cause = _innermost(error)
    text = " ".join((getattr(cause, "strerror", None) or str(cause)).split())
    return (text or type(cause).__name__)[:200].lower()


def _innermost(error: BaseException) -> BaseException:
    cause: BaseException = error
    seen = set()
    while id(cause) not in seen:
        seen.add(id(cause))
        inner = cause.__cause__ or cause.__context__ or getattr(cause, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((a for a in cause.args if isinstance(a, BaseException)), None)
        if inner is None:
            break
        cause = inner
    return cause
