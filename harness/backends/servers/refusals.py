"""Read an error response: what the server says, and what it means for this and other requests."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any, Literal

from ...records import decode

Meaning = Literal["fatal", "overflow", "filter", "transient", "refused"]
"""fatal: every request fails alike; overflow, filter: final for this prompt; transient: repeat;
refused: the request is not understood, so change it or give up."""

LONGEST_WORDS = 300
LONGEST_WAIT = 120.0
"""Seconds that a server may ask us to wait."""
TRANSIENT = frozenset({408, 409, 425, 429, 499})
FATAL = frozenset({401, 402, 403, 404, 405})
OVERFLOW_CODES = frozenset({
    "context_length_exceeded", "exceed_context_size_error", "string_above_max_length",
})  # fmt: skip
FILTER_CODES = frozenset({
    "content_filter", "content_policy_violation", "responsibleaipolicyviolation",
    "invalid_prompt", "data_inspection_failed", "moderation_blocked",
})  # fmt: skip
QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "account_deactivated"})
_OVERFLOW = re.compile(
    r"context (?:length|window|size)|maximum context|max_model_len|"
    r"(?:prompt|input|message)s? (?:is|are|has|have|was) (?:too long|longer|more tokens)|"
    r"too many (?:input )?tokens|tokens? (?:(?:count )?(?:\(\d+\) )?exceeds?|must be <=)|"
    r"input is too long|"
    r"reduce the length of (?:the |your )?(?:messages|prompt|input)|"
    r"`inputs` (?:tokens|must have less than)",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"credit balance|insufficient (?:credits?|funds|balance)", re.IGNORECASE)
_FILTER = re.compile(
    r"content (?:management|filter|policy)|flagged|moderation|usage policy|safety (?:system|filter)"
    r"|policy violation|inappropriate content",
    re.IGNORECASE,
)
_REFUSING = re.compile(
    r"unsupported|not supported|unknown|unrecogni[sz]ed|unexpected|extra|not permitted|not allowed|"
    r"invalid|(?:does|do)(?: not|n't) support|must be|should be|deprecated|only|forbidden|"
    r"not implemented|cannot|can't|not available|ignored|incompatible",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"(?:use|try|replaced by|renamed to|did you mean)\s+(?:the )?(?:parameter )?"
    r"['\"`]?([a-z_]{3,40})['\"`]?",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?:system|developer)['\"`]? (?:role|message|prompt)s?"
    r"|role\W{0,4}(?:of )?\W*(?:system|developer)|system instruction|roles must alternate",
    re.IGNORECASE,
)
_STREAM_ONLY = re.compile(
    r"(?:only|must|requires?|please|set|enable)[^.]{0,40}\bstream(?:ing)?\b|"
    r"\bstream\b['\"`]?(?: parameter)? (?:must|should|has to|needs to) be (?:set to )?true",
    re.IGNORECASE,
)
_NO_STREAM = re.compile(
    r"\bstream(?:ing)?\b['\"`]?[^.]{0,30}(?:not (?:supported|available|allowed|implemented)"
    r"|unsupported|disabled|must be (?:set to )?false)|not support[^.]{0,20}\bstream(?:ing)?\b",
    re.IGNORECASE,
)
_TOOLS = re.compile(
    r"\btools?\b|tool[_-](?:choice|call)|function[ _-]?(?:call|parameters)|schema for function|"
    r"--jinja",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"context length (?:is|of)\D{0,6}(\d+)|must be <= (\d+)", re.IGNORECASE)
_USED = re.compile(
    r"(\d+) (?:tokens? )?(?:in the (?:messages|prompt|input)|input tokens|from the input|"
    r"`inputs` tokens)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error response, or the error in a response that claims success."""

    status: int
    words: str
    """The server's message in one line."""
    code: str = ""
    field: str | None = None
    """The parameter that the server names apart from its message."""

    def meaning(self, answered: bool) -> Meaning:
        """What to do about it; `answered` says whether the server has answered a request before."""
        code = self.code.lower()
        if code in QUOTA_CODES or (self.status in (400, 403) and _CREDIT.search(self.words)):
            return "fatal"
        if code in FILTER_CODES or (self.status in (400, 403, 422) and _FILTER.search(self.words)):
            return "filter"
        if self.status in (404, 405) and answered:
            return "transient"  # a gateway that lost its way, since the address is right
        if self.status in FATAL:
            return "fatal"
        if self.status == 413 or code in OVERFLOW_CODES:
            return "overflow"
        if self.status in (400, 422, 500) and _OVERFLOW.search(self.words):
            return "overflow"
        if self.status in TRANSIENT or self.status >= 500:
            return "transient"
        return "refused"

    def parameter(self, sent: Collection[str]) -> str | None:
        """The parameter among `sent` that the server refuses; None when it names none."""
        if self.field is not None:
            first = re.split(r"[.\[]", self.field)[0]
            if first in sent:
                return first
        if not _REFUSING.search(self.words):
            return None
        named = [name for name in sent if re.search(rf"\b{re.escape(name)}\b", self.words)]
        return min(named, key=self.words.find, default=None)

    def instead_of(self, name: str) -> str | None:
        """The name that the server wants in place of `name`."""
        found = _INSTEAD.search(self.words)
        return found[1] if found and "_" in found[1] and found[1] != name else None

    def about_system_role(self) -> bool:
        """Whether the role of the system prompt is refused."""
        return bool(_ROLE.search(self.words))

    def about_tools(self) -> bool:
        """Whether the server takes no tools, or not in this form."""
        return self.status in (400, 404, 422, 500, 501) and bool(_TOOLS.search(self.words))

    def about_streaming(self) -> bool | None:
        """Whether the server streams only (True) or never (False); None for another matter."""
        if _NO_STREAM.search(self.words):
            return False
        return True if _STREAM_ONLY.search(self.words) else None

    def room(self) -> int | None:
        """The tokens that are left for the answer, where the message tells context and prompt."""
        limit, used = _LIMIT.search(self.words), _USED.search(self.words)
        if limit is None or used is None:
            return None
        left = int(limit[1] or limit[2]) - int(used[1])
        return left if left > 0 else None


def refusal_of(status: int, content: bytes) -> Refusal:
    """Read the body of an error response, in any of the usual shapes."""
    try:
        body = decode(content)
    except ValueError:
        text = re.sub(r"<(?:style|script).*?</(?:style|script)>|<[^>]*>", " ",
                      content.decode("utf-8", "replace"), flags=re.DOTALL)  # fmt: skip
        return Refusal(status, one_line(text) or f"status {status} without a message")
    return refusal_in(body, status)


def refusal_in(body: Any, status: int) -> Refusal:
    """The same from parsed JSON."""
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    if isinstance(inner, Mapping):
        words = _message_in(inner)
        code = inner.get("code") or inner.get("error_type") or inner.get("type") or ""
        nested = inner.get("innererror")
        if isinstance(nested, Mapping) and nested.get("code"):
            code = nested["code"]
        field = inner.get("param")
        if isinstance(inner.get("detail"), list):
            field = field or _located(inner["detail"])
        number = inner.get("code")
        if isinstance(number, int) and 400 <= number < 600 and status == 200:
            status = number
        return Refusal(
            status, words, str(code), field if isinstance(field, str) and field else None
        )
    return Refusal(status, one_line(str(inner)) or f"status {status} without a message")


def _message_in(body: Mapping[str, Any]) -> str:
    for key in ("message", "detail", "error", "msg", "error_message"):
        value = body.get(key)
        if isinstance(value, list):
            value = "; ".join(
                f"{'.'.join(map(str, one.get('loc', [])))} {one.get('msg', one)}"
                if isinstance(one, Mapping) else str(one)
                for one in value
            )  # fmt: skip
        if isinstance(value, Mapping):
            value = _message_in(value)
        if value:
            return one_line(str(value))
    return one_line(str(dict(body)))


def _located(details: list[Any]) -> str | None:
    """The field that FastAPI's list of errors names first."""
    for one in details:
        place = one.get("loc") if isinstance(one, Mapping) else None
        if isinstance(place, list):
            inside = [str(part) for part in place if part != "body"]
            if inside:
                return inside[0]
    return None


def one_line(text: str) -> str:
    """`text` in one line of bounded length."""
    return " ".join(text.split())[:LONGEST_WORDS]


def wait_asked(headers: Mapping[str, str]) -> float | None:
    """The seconds that the server asks us to wait, at most LONGEST_WAIT; None when it asks none."""
    try:
        if (soon := headers.get("retry-after-ms")) is not None:
            return min(max(float(soon) / 1000, 0.0), LONGEST_WAIT)
        asked = headers.get("retry-after")
        if asked is None:
            return None
        try:
            seconds = float(asked)
        except ValueError:
            seconds = parsedate_to_datetime(asked).timestamp() - time()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT) if seconds == seconds else None
