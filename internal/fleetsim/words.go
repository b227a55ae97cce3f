package fleetsim

import (
	"math"
	"strconv"
	"strings"
)

// rounded writes a rate with three digits that count.
func rounded(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "∞"
	case v == 0:
		return "0"
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case v >= 1:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	digits := max(0, 2-int(math.Floor(math.Log10(v)))) - 1
	return strconv.FormatFloat(v, 'f', digits, 64)
}

// interval writes a value with its interval.
func (e Estimate) interval() string {
	return rounded(e.Value) + " (" + rounded(e.Low) + " – " + rounded(e.High) + ")"
}

// percent writes a share so that a near miss never reads as all or nothing.
func percent(v float64) string {
	switch {
	case v == 0, v == 1:
		return strconv.FormatFloat(v*100, 'f', 0, 64) + " %"
	case v > 0.9995:
		return "> 99.9 %"
	case v < 0.0005:
		return "< 0.1 %"
	}
	return strconv.FormatFloat(v*100, 'f', 1, 64) + " %"
}

func (e Estimate) percents() string {
	return "**" + percent(e.Value) + "** (" + percent(e.Low) + " – " + percent(e.High) + ")"
}

// table writes rows in Markdown; the first row is the head.
func table(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return b.String()
}
