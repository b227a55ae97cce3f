package code

import "strings"

// AccountDigits is the length of an account number: eleven digits and a check digit.
const AccountDigits = 12

// damm is the quasigroup of order 10 from H. M. Damm, "Total anti-symmetrische
// Quasigruppen" (2004): it catches every single wrong digit and every swap of
// neighbours.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

// AccountWithCheck appends the check digit to eleven digits.
func AccountWithCheck(digits string) string {
	return digits + string(rune('0'+dammSum(digits)))
}

// ValidAccount says whether s is a twelve-digit account number with a right
// check digit and no leading zero.
func ValidAccount(s string) bool {
	return len(s) == AccountDigits && s[0] != '0' && strings.Trim(s, Digits) == "" && dammSum(s) == 0
}

// GroupAccount draws an account number as 1234 5678 9012.
func GroupAccount(s string) string {
	if len(s) != AccountDigits {
		return s
	}
	return s[:4] + " " + s[4:8] + " " + s[8:]
}

func dammSum(digits string) byte {
	var interim byte
	for i := range len(digits) {
		interim = damm[interim][digits[i]-'0']
	}
	return interim
}
