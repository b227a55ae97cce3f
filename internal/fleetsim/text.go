package fleetsim

const pageHead = `# Prompts and attacks in numbers

How often does each policy ask for a code, how often in vain, and which attacks does it see? This page is made by a simulation
(` + "`go run ./cmd/fleetsim -out docs`" + `) of %.0f device-years per policy and system, in which the server's own code makes every judgement. What
happens to a computer how often is an input ([the rates](#the-rates)): some of it is published, most is assumed, and each number says which. Input and
recorded computers of this page: ` + "`%s`" + `.

A prompt is *wanted* where the computer's identity really changed: another disk, another board, a fresh installation. Every other prompt is *in vain*,
under every policy, even where ` + "`strict`" + ` promises to ask.

`

const promptsText = `Per computer and year, with 95 % intervals: Poisson's exact ones (Garwood), widened by the clustering of prompts on single computers
(variance over mean), so that a few computers that flap do not look like many witnesses.

`

const kindsText = `Rows are the kinds of computer that the fleet is mixed from; small kinds have wide intervals.

`

const causesText = `Prompts in vain per 1,000 computers and year, by the event that came just before. What is not listed never asked.

`

const missedText = `Changes of identity, as the input labels them, that ` + "`balanced`" + ` accepted without a code.

`

const sweepText = `The documented rates of these events are the least certain of all. Here they are multiplied, with everything else as documented, and the rate is
looked for at which ` + "`balanced`" + ` asks in vain more than 0.02 times per computer and year (%.0f device-years per point). More computers have the event
first; once all have it, each has more. Only events that touch an identity group are counted. Crossings are interpolated on logarithmic scales; their
intervals are where the ends of the points' intervals cross. A crossing of 0 says that the interval reaches over the limit already at the lowest
rate, ∞ that it stays below up to the highest. On macOS nothing is known to flap: its flapping line asks what if.

`

const rereadText = `A value that cannot be read keeps the vault shut, and a vault that is shut without every identity group matched asks for a code. Before it says so the
client reads again, three times within four seconds. Were that to help in so many cases, ` + "`balanced`" + ` would ask in vain so often:

`

const attackText = `Each attack is tried %d times on every kind of computer it can be done to, each time on another one. The columns count what is seen without the
chain: with a TPM, that the server asks or the key cannot sign; else that the server asks. *The keys stay shut offline* says how often, without a TPM, no slot
of the vault opens on the copy and the server's share is not given either. *The chain* stands apart: whoever uses a copy of a profile
while the owner goes on forks it, and the server freezes the key at the first check-in after both were heard from, whatever the fingerprint says. A disk that is
gone is no copy: there the chain says nothing.

An attacker can copy what lies on the disk, the profile and an unlocked keyring included: that is assumed in every row. What he can present
besides is the question of the last rows. A label and the logs on the disk give the system's serial number, the network addresses and what a maker computes from
them; whoever once had administrator rights has everything, and no fingerprint tells his copy apart. A TPM does.

`

const honestText = `On Linux a program without rights reads no serial number of the board. Then only the network cards tell one computer from another of its model, and a
virtual machine mostly has none with an address of its own. The packages' root service exists for these columns.

`

const methodText = `
## Method

- A computer starts as one of the recorded computers that the reader's tests use, read by the real reader. It gets identifiers of its own, and a
  firmware that tells as much as real ones do (see *The rates*). Sets keep two members each: a thousand packages are judged like two.
- Events arrive by independent Poisson processes with a random stream each, per computer, from one seed: equal input gives equal numbers, on any
  number of processors. A part of the events strikes few computers often.
- The server's ` + "`JudgeWithin`, `Overdue`, `Settle` and `Releasable`" + ` judge, the vault's ` + "`Kinds`" + ` says what is bound. The simulator keeps what the tables would
  keep: up to five configurations with moved baselines, what was unreadable since when, slots, releases of a day. Judged is only when something changed or
  is unreadable. What a judgement cannot depend on is left out and equal questions are asked once; a test compares with the whole.
- A vault that does not open says so. Where the share may not be given out without a code, that is a prompt too, and counted.
- Who is asked types the code at the same check-in. ` + "`managed`" + ` has a window of one day a week that lists the kinds that patches change, with new
  drivers and replaced applications; the losing of a security agent is listed nowhere.

Tests keep it honest: a quick run of the fleet under the same limits, every event of the list seen by ` + "`strict`" + ` with exactly one code, the shortcuts
against the whole, the intervals against published tables.

## Limits of this

- The rates are mostly assumed. The tables of what may flap or stay unread say how wrong they may be before the promise breaks.
- Events are independent of each other and of age. Real faults come in batches: a bad firmware of one model, a bad agent of one company.
- Which identifiers real firmware has is measured where serial numbers are redacted, on people who like to send reports.
- Wrong codes, lost mailboxes and people who do not answer are no part of this, nor are the costs of a prompt that is missed.
- A share of 100 % is one of so many tries, not a proof; its interval says how many. Attacks are those listed.

Run it with your own rates: copy ` + "`internal/fleetsim/rates.json`" + `, change it, and

    go run ./cmd/fleetsim -input my-rates.json -out my-numbers
    go run ./cmd/fleetsim -input my-rates.json -out my-numbers -years 1000    # a quick look
    go run ./cmd/fleetsim -check -out docs                                    # is the page of this input?
`

const recordedHead = `These happen often, and the reading is equal: each was recorded as a variant of a computer and read. Nothing is to be simulated.

`

const precedentText = `
## Beside other products

No vendor publishes its rate of prompts in vain; their rules are known in part.

| product | rule |
|---|---|
| Windows XP activation | 10 characteristics, 7 must match, 4 where the computer can be docked; the network card has 3 votes |
| Windows Vista activation | weights from the server; the disk's was lowered after support had the figures |
| Configuration Manager | a new id at 3 of 10 changes, on notebooks at 2 of 7 |
| Kolide's launcher | hardware change only where the installation's id changed too, since UUID and serial numbers flap on Windows |

A simulation of such rules with assumed rates gave, in prompts per computer and year: one hash over everything 66 to 333, one hash over hardware 0.7, rules like
Configuration Manager's 0.04 to 0.11, rules like Windows XP's 0.01. ` + "`strict`" + ` is the first of these by its nature; ` + "`balanced`" + ` compares with the last.
`
