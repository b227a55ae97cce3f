package server

import "slices"

// Role is what somebody may do in the console.
type Role string

// Roles. Nobody has a right that the table below does not give.
const (
	RoleOwner    Role = "owner"
	RoleStaff    Role = "staff"
	RoleAuditor  Role = "auditor"
	RoleOperator Role = "operator"
)

// Roles are all roles.
func Roles() []Role { return []Role{RoleOwner, RoleStaff, RoleAuditor, RoleOperator} }

// Right is one thing that may be done in the console.
type Right string

// Rights. There is none to see a code, and none to say where one goes.
const (
	// RightAccount: look an account up by its number, with masked addresses.
	RightAccount Right = "account"
	// RightSendAgain: have an open challenge's code sent again, to where it goes anyway.
	RightSendAgain Right = "send-again"
	// RightHold: lengthen the hold on an account's sensitive actions, never shorten it.
	RightHold Right = "hold"
	// RightRevoke: sign a computer out.
	RightRevoke Right = "revoke"
	// RightAudit: read an account's audit log and the roots.
	RightAudit Right = "audit"
	// RightExport: take the audit log and the roots away as files.
	RightExport Right = "export"
	// RightHealth: see whether messages go out and roots are made.
	RightHealth Right = "health"
	// RightLimits: see the limits that hold.
	RightLimits Right = "limits"
	// RightUsers: add, invite anew and remove users of the console.
	RightUsers Right = "users"
)

// Rights are all rights.
func Rights() []Right {
	return []Right{
		RightAccount, RightSendAgain, RightHold, RightRevoke, RightAudit, RightExport, RightHealth, RightLimits, RightUsers,
	}
}

// rightsOf is the table of rights.
func rightsOf(r Role) []Right {
	switch r {
	case RoleOwner:
		return []Right{RightUsers, RightAccount, RightSendAgain, RightHold, RightRevoke}
	case RoleStaff:
		return []Right{RightAccount, RightSendAgain, RightHold, RightRevoke}
	case RoleAuditor:
		return []Right{RightAudit, RightExport}
	case RoleOperator:
		return []Right{RightHealth, RightLimits}
	}
	return nil
}

// May says whether a role has a right. An unknown role has none.
func (r Role) May(right Right) bool { return slices.Contains(rightsOf(r), right) }

// fresh says that a right wants the second factor to have been shown in the last
// ten minutes: what cannot be taken back, and what leaves the house.
func (r Right) fresh() bool {
	return r == RightHold || r == RightRevoke || r == RightExport || r == RightUsers
}
