"""What proofs refuse."""

from __future__ import annotations

from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.texts import lazy as _


class ProofNotFound(NotFound):
    """No live proof, or none for whoever asks."""

    code = "proof_not_found"
    message = _("没有找到培训证明。如已达到出勤要求，请等待主办单位发放")


class NotOverYet(Conflict):
    """The training is not held, or its last lesson has not ended."""

    code = "training_not_over"
    message = _("场次举办结束后才能发放培训证明")


class BatchRunning(Conflict):
    """One batch of a training at a time."""

    code = "proof_batch_running"
    message = _("本场正在发放或打印培训证明，请等它完成或先取消")


class BatchOver(Conflict):
    """A batch that ended cannot be cancelled."""

    code = "proof_batch_over"
    message = _("这次发放已经结束，不能取消")


class NobodyToProve(Conflict):
    """Nobody passed who has no proof yet; or there is nothing to print."""

    code = "nobody_to_prove"
    message = _("没有需要发放或打印的培训证明")


class ProofRevoked(Conflict):
    """A revoked proof cannot be revoked, replaced or printed again."""

    code = "proof_revoked"
    message = _("这份培训证明已经撤销，请刷新页面核对")


class NothingDiffers(Conflict):
    """A replacement would say the same."""

    code = "proof_unchanged"
    message = _("内容没有变化，无需更换。请先更正参训人员信息")


class NoLongerPassed(Conflict):
    """Who did not pass gets no other proof either."""

    code = "not_passed"
    message = _("此人目前没有达到出勤要求，不能更换证明；如需收回，请撤销")


class WordingRefused(Invalid):
    """The text bears words that a training paper must not bear."""

    code = "wording_refused"
    message = _("培训证明含有不得使用的字样，请修改后再发放")
