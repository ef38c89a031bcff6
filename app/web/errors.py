"""What a visitor is told when something is wrong: a page in plain words, or the same words as JSON for programs."""

import sqlalchemy as sa
from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError, ServiceUnavailable

from app import log
from app.translations import marked
from app.web.headers import is_for_people
from app.web.place import say
from connectors.stores.shopify.install import RETRY_HEADER

SENTENCES = {
    400: (
        marked("This could not be understood"),
        marked("Something in the address or the form is missing or not right."),
    ),
    401: (
        marked("Please open this from your store's admin"),
        marked("The page was open for a while, or it was not opened from there."),
    ),
    403: (marked("This is not yours to see"), marked("Your store is not connected here.")),
    404: (marked("There is nothing here"), marked("The address is wrong, or what was here is gone.")),
    405: (
        marked("This does not work that way"),
        marked("The address is right, but it does not do what was asked of it."),
    ),
    413: (marked("This is too large"), marked("At most 5 MB are taken at once.")),
    500: (
        marked("Something went wrong on our side"),
        marked("It is written down. Nothing you did is lost; please try again."),
    ),
    503: (
        marked("One moment, please"),
        marked("We cannot reach our own data right now. Please try again in a minute."),
    ),
}
OTHER = (marked("This did not work"), marked("Please try again from your store's admin."))
DATABASE_DOWN = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
# A number beyond 64 bits, a text that no database keeps: SQLite's driver says the one, PostgreSQL the other.
NO_DATABASE_HOLDS = (OverflowError, sa.exc.DataError)
RETRY_AFTER = "30"


class House(Flask):
    """Flask, but a failure is logged by its place in the code: messages of exceptions and paths may hold personal data."""

    def log_exception(self, exc_info: object) -> None:
        log_failure(exc_info)


def log_failure(exc_info: object) -> None:
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(error, BaseException):
        log.broken("request_failed", endpoint=request.endpoint, error=error)


def tell_errors(flask_app: Flask) -> None:
    """Answer every error in plain words; a database that is down is a 503, so that platforms call again."""
    flask_app.register_error_handler(HTTPException, _told)
    for kind in DATABASE_DOWN:
        flask_app.register_error_handler(kind, _database_down)
    for one in NO_DATABASE_HOLDS:
        flask_app.register_error_handler(one, _never_held)


def _database_down(error: Exception) -> Response:
    log_failure(error)
    return _told(ServiceUnavailable())


def _never_held(error: Exception) -> Response:
    log.trouble("request_cannot_be_held", endpoint=request.endpoint, error=error)
    return _told(BadRequest())


def _told(error: HTTPException) -> Response:
    """The answer to an error. Raised with a description of ours, that description is the sentence."""
    code = error.code or 500
    if error.response is not None or code < 400:
        return Response(error.get_response().get_data(), status=code, headers=list(error.get_response().headers))
    title, sentence = SENTENCES.get(code, OTHER)
    if (
        error.description
        and error.description != type(error).description
        and not isinstance(error, InternalServerError)
    ):
        sentence = error.description
    title, sentence = say(title), say(sentence)
    response = _page(title, sentence, code=code) if is_for_people() else jsonify(error=error.name, sentence=sentence)
    response.status_code = code
    if code == 401:
        response.headers[RETRY_HEADER[0]] = RETRY_HEADER[1]
    if code == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _page(title: str, sentence: str, *, code: int) -> Response:
    return Response(render_template("notice.html", title=title, sentences=[sentence], code=code))
