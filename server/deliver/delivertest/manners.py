"""Mail relays with bad manners, for aiosmtpd -c manners.CLASS.

Each puts what it takes into a maildir, like aiosmtpd's own Mailbox, but for what
its class says. State that must outlive a call is in memory; a test that kills the
relay starts a new one.
"""

import os
import time
from email import message_from_bytes
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid
from mailbox import Maildir

from aiosmtpd.handlers import Mailbox


class Greylist(Mailbox):
    """Puts off the first attempt for each recipient."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address not in self.seen:
            self.seen.add(address)
            return "451 4.7.1 <%s>: greylisted, come back in five minutes" % address
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"


class Refuse(Mailbox):
    """Knows nobody."""

    async def handle_RCPT(self, server, session, envelope, address, options):
        return "550 5.1.1 <%s>: no such mailbox here" % address


class Refusal(Mailbox):
    """Does not deal with whoever asks."""

    async def handle_MAIL(self, server, session, envelope, address, options):
        return "554 5.7.1 your address is on a list of ours"


class Overloaded(Mailbox):
    """Is there, and takes nothing."""

    async def handle_MAIL(self, server, session, envelope, address, options):
        return "452 4.3.1 the queue is full"


class DieAfterData(Mailbox):
    """Takes the text, keeps it, and dies before it says so."""

    def handle_message(self, message):
        super().handle_message(message)
        os._exit(1)


class Named(Mailbox):
    """Says what it calls each mail, as most relays do."""

    async def handle_DATA(self, server, session, envelope):
        await super().handle_DATA(server, session, envelope)
        return "250 2.0.0 Ok: queued as 4bXk2p7Rz9"


class Bounce(Named):
    """Takes every mail; later its destination does not want it, and it comes back
    to the envelope's sender: a report by Python's own mail library goes into the
    maildir named by BOUNCES."""

    def handle_message(self, message):
        super().handle_message(message)
        Maildir(os.environ["BOUNCES"]).add(report(message))


def fields(**pairs):
    m = Message()
    for name, value in pairs.items():
        m[name.replace("_", "-")] = value
    return m


def report(message):
    """A delivery status notification (RFC 3464) about a mail."""
    to = message["X-RcptTo"]
    out = MIMEMultipart("report", report_type="delivery-status")
    out["From"] = "Mail Delivery System <postmaster@relay.test>"
    out["To"] = message["X-MailFrom"]
    out["Subject"] = "Your mail could not be delivered"
    out["Date"] = formatdate(time.time())
    out["Message-ID"] = make_msgid(domain="relay.test")
    out["Auto-Submitted"] = "auto-replied"
    out.attach(MIMEText("The mail below could not be delivered to %s.\n" % to))
    status = Message()
    status["Content-Type"] = "message/delivery-status"
    status.set_payload(
        [
            fields(Reporting_MTA="dns; relay.test", Arrival_Date=formatdate(time.time())),
            fields(
                Final_Recipient="rfc822; %s" % to,
                Action="failed",
                Status="5.2.2",
                Remote_MTA="dns; mx.example.org",
                Diagnostic_Code="smtp; 552 5.2.2 <%s>: mailbox full" % to,
            ),
        ]
    )
    out.attach(status)
    returned = MIMEText("", "rfc822-headers")
    returned.set_payload(headers(message))
    out.attach(returned)
    return out.as_bytes()


def headers(message):
    raw = message.as_bytes()
    return message_from_bytes(raw.split(b"\n\n", 1)[0] + b"\n\n").as_string()
