package cli

import "context"

// command is one command of holdfastctl.
type command struct {
	// name is one or two words; the second belongs to a group such as vault.
	name string
	// usage is how it is written where name, flags and args do not say it.
	usage string
	// args is how its arguments are written in the usage text.
	args string
	// min and max are how many arguments it takes; max -1 is any number.
	min, max int
	// hidden leaves it out of the list of commands: a program calls it, not a person.
	hidden bool
	// tail says that a command line follows behind "--".
	tail  bool
	flags []flag
	run   func(context.Context, *call) (reply, error)
}

// flag is a flag of a command, or of all.
type flag struct {
	name string
	// value is how its value is written in the usage text; empty for a flag
	// that takes none.
	value string
	// need says that the command cannot do without it; asked, that a person at a
	// terminal is asked for it instead.
	need, asked bool
}

// globalFlags may stand before or behind the command's name.
var globalFlags = []flag{
	{name: "profile", value: "DIR"},
	{name: "server", value: "URL"},
	{name: "json"},
	{name: "no-chip"},
	{name: "recorded", value: "DIR"},
	{name: "tpm", value: "SOCKET"},
	{name: "lang", value: "en|vi|ru"},
	{name: "help"},
	{name: "version"},
}

// commands are all commands, in the order of the usage text.
func commands() []command {
	password := flag{name: "password-file", value: "F", asked: true}
	passphrase := flag{name: "passphrase-file", value: "F", asked: true}
	name := flag{name: "name", value: "NAME"}
	list := []command{
		{name: "register", flags: []flag{{name: "email", value: "E", need: true}, password, name}, run: register},
		{name: "enrol", usage: "enrol --email E|--account N --password-file F [--name NAME]", flags: []flag{{name: "email", value: "E"}, {name: "account", value: "N"}, password, name}, run: enrol},
		{name: "check", run: check},
		{name: "code", args: "CODE", min: 1, max: -1, run: answer},
		{name: "send", flags: []flag{{name: "by", value: "WAY"}}, run: send},
		{name: "status", flags: []flag{{name: "watch"}}, run: status},
		{name: "fingerprint", flags: []flag{{name: "drift"}}, run: readComputer},
		{name: "vault list", run: vaultList},
		{name: "vault put", args: "NAME", min: 1, max: 1, flags: []flag{{name: "file", value: "F"}}, run: vaultPut},
		{name: "vault get", args: "NAME", min: 1, max: 1, run: vaultGet},
		{name: "vault remove", args: "NAME", min: 1, max: 1, run: vaultRemove},
		{name: "vault backup", args: "FILE", min: 1, max: 1, flags: []flag{passphrase}, run: vaultBackup},
		{name: "vault restore", args: "FILE", min: 1, max: 1, flags: []flag{passphrase}, run: vaultRestore},
		{name: "vault rotate", run: vaultRotate},
		{name: "run", args: "NAME[=VAR] … -- COMMAND", max: -1, tail: true, run: runCommand},
		{name: "replace-key", run: replaceKey},
		{name: "announce", flags: []flag{{name: "groups", value: "LIST", need: true}, {name: "hours", value: "N"}}, run: announce},
		{name: "history", run: history},
		{name: "security", run: security},
		{name: "phone add", args: "NUMBER", min: 1, max: 1, flags: []flag{{name: "voice"}, password}, run: phoneAdd},
		{name: "phone remove", flags: []flag{password}, run: phoneRemove},
		{name: "channel set", args: "email|sms|voice", min: 1, max: 1, flags: []flag{password}, run: channelSet},
		{name: "channel test", args: "email|sms|voice", min: 1, max: 1, run: channelTest},
		{name: "allow-computers", run: allowComputers},
		{name: "email again", args: "ADDRESS", min: 1, max: 1, flags: []flag{password}, run: emailAgain},
		{name: "sign-out", flags: []flag{{name: "forget-keys"}}, run: signOut},
		{name: "prepare-image", flags: []flag{{name: "forget-keys"}}, run: prepareImage},
		{name: "rules check", args: "FILE", min: 1, max: 1, run: rulesCheck},
		{name: "write-tags", hidden: true, run: writeTags},
	}
	return append(list, storyCommands()...)
}

// find gives the command whose name the arguments begin with, and how many of
// them that name takes. A group without one of its commands finds nothing.
func find(args []string) (*command, int) {
	list := commands()
	for words := min(2, len(args)); words > 0; words-- {
		name := args[0]
		if words == 2 {
			name += " " + args[1]
		}
		for i := range list {
			if list[i].name == name {
				return &list[i], words
			}
		}
	}
	return nil, 0
}
