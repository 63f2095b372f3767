"""Errors: which of S3's pass by themselves, and what to tell people about the others.

A message names the error's code and the bucket, never a key or a secret: none is looked at here.
"""

from sweep.errors import StoreError, StoreSetup
from sweep.keys import Json

__all__ = ["code_of", "explain_error", "is_passing", "status_of"]

PASSING = frozenset(
    {
        "BadDigest",  # the upload was damaged on its way
        "ConditionalRequestConflict",
        "InternalError",
        "OperationAborted",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "XAmzContentSHA256Mismatch",
    }
)
"""Codes of errors that are the moment's, not the request's."""

FIXED_STATUS = frozenset({501, 505})  # of 5xx: what the server will never do

CREDENTIALS = (
    "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws sso "
    "login`, or run on a machine with a role"
)
ADVICE = {
    "NoSuchBucket": "create the bucket, or correct the store's URL or the endpoint",
    "AccessDenied": "allow s3:GetObject, s3:PutObject, s3:DeleteObject on the prefix and "
    "s3:ListBucket on the bucket (without the last, an absent file looks like a forbidden one)",
    "AllAccessDisabled": "the bucket's owner has closed it: choose another",
    "InvalidAccessKeyId": f"these credentials are unknown there: {CREDENTIALS}",
    "SignatureDoesNotMatch": f"these credentials are wrong: {CREDENTIALS}",
    "ExpiredToken": f"the credentials have expired: {CREDENTIALS}",
    "InvalidToken": f"the session token is wrong: {CREDENTIALS}",
    "RequestTimeTooSkewed": "this machine's clock is wrong: set it",
    "PermanentRedirect": "the bucket is in another region: set AWS_REGION",
    "AuthorizationHeaderMalformed": "the bucket is in another region: set AWS_REGION",
    "NotImplemented": "this server lacks something the store needs: see `sweep doctor --store`",
    "InvalidBucketName": "correct the bucket's name in the store's URL",
    "QuotaExceeded": "the bucket's quota is used up: free some space",
}
BY_STATUS = {301: "PermanentRedirect", 403: "AccessDenied", 501: "NotImplemented"}
NO_CREDENTIALS = frozenset(
    {
        "CredentialRetrievalError",
        "NoAuthTokenError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    }
)


def status_of(error: Exception) -> int:
    """Return the HTTP status of an error's reply, 0 if there was none."""
    return int(_reply(error).get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def code_of(error: Exception) -> str:
    """Return S3's code of an error; a reply without a body has only its status."""
    code = str(_reply(error).get("Error", {}).get("Code", ""))
    return BY_STATUS.get(status_of(error), code) if code.isdigit() or not code else code


def is_passing(error: Exception) -> bool:
    """Return whether the same request may succeed a moment later."""
    from botocore import exceptions
    from botocore.parsers import ResponseParserError
    from urllib3.exceptions import HTTPError

    if isinstance(error, exceptions.ClientError):
        status = status_of(error)
        broken = status >= 500 and status not in FIXED_STATUS
        return broken or status == 429 or code_of(error) in PASSING
    if isinstance(error, exceptions.SSLError):
        return "CERTIFICATE" not in str(error).upper()
    faults = (
        exceptions.ConnectionError,
        exceptions.HTTPClientError,
        exceptions.IncompleteReadError,
        exceptions.ChecksumError,
        ResponseParserError,  # an answer that was cut short
        HTTPError,
        ConnectionError,
        TimeoutError,
    )
    return isinstance(error, faults)


def explain_error(error: Exception, what: str, where: str, tries: int) -> StoreError:
    """Return the error to raise: what could not be done, where, why, and what to do next."""
    if type(error).__name__ in NO_CREDENTIALS:
        return StoreSetup(f"cannot {what} {where}: no AWS credentials were found; {CREDENTIALS}")
    name = code_of(error) or type(error).__name__
    said = str(_reply(error).get("Error", {}).get("Message", "") or error)
    if is_passing(error):
        again = f"in {tries} tries over some time" if tries > 1 else "at once"
        advice = "check the network and the endpoint (AWS_ENDPOINT_URL_S3), then run again"
        return StoreError(f"cannot {what} {where} {again}: {name}: {said}; {advice}")
    advice = ADVICE.get(name, "see the server's message, then run again")
    return StoreError(f"cannot {what} {where}: {name}: {said}; {advice}")


def _reply(error: Exception) -> Json:
    return getattr(error, "response", None) or {}  # some errors have one that is None
