package scenario

const head = `# What needs a code

This page is made by a test from recorded computers (` + "`go test ./internal/scenario -update`" + `). Each line is one event between two
check-ins: the computer is read before and after, the server judges the two readings, and the vault made before meets the values
read after. What the policies are is in [policies.md](policies.md).

- *nothing*: equal to an activated configuration. *accepted*: named and recorded, no code. *code*: the keys stay locked until a code is
  typed. Everything that changed between two check-ins is one event and one code. *in the window*: an open change window lists what
  changed, which then is accepted.
- *opens*: the vault made before the event opens by itself, with the keyring and the values of the computer. *released*: it does not, but
  a check-in that says "locked" gets the server's share without a code, so that it opens again. *stays closed*: such a check-in
  opens a challenge.
- ` + "`managed`" + ` answers as ` + "`strict`" + ` does while no change window is open; the test holds it to that.
`

const eventHead = `| event | computer | strict | balanced | flags | the person reads |
|---|---|---|---|---|---|
`

const windowsHead = `
## Inside change windows

| event | computer | the window | strict | managed | balanced |
|---|---|---|---|---|---|
`

const foot = `
The computers are in ` + "`fingerprint/recorded/samples`" + `, each with its variants. Going back to an earlier configuration needs no code. Where
the vault kept a slot for that configuration it opens by itself; the lines show one that knows the later configuration only.
`
