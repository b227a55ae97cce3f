package watch

import (
	"context"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Traces sends spans to a collector. The nil Traces makes none.
type Traces struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// Kinds of spans.
const (
	spanServer = trace.SpanKindServer
	spanClient = trace.SpanKindClient
)

// tracesTime bounds one export, and how long the last ones may take at the end.
const tracesTime = 5 * time.Second

// NewTraces sends a share (0 to 1; 0 means all) of traces to an OTLP/HTTP address. A
// collector that is away costs spans, never a request: they are sent by the side and
// dropped where too many wait; lost is then told why.
func NewTraces(endpoint, version string, share float64, lost func(error)) (*Traces, error) {
	options := []otlptracehttp.Option{
		otlptracehttp.WithEndpointURL(endpoint), otlptracehttp.WithTimeout(tracesTime),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: false}),
	}
	exporter, err := otlptracehttp.New(context.Background(), options...)
	if err != nil {
		return nil, err
	}
	if share == 0 {
		share = 1
	}
	// The resource names the program alone: the host's name and the like stay here.
	about := resource.NewSchemaless(attribute.String("service.name", "holdfastd"), attribute.String("service.version", version))
	p := sdk.NewTracerProvider(
		sdk.WithBatcher(telling{exporter, lost}), sdk.WithResource(about), sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(share))),
	)
	return &Traces{provider: p, tracer: p.Tracer("holdfastd")}, nil
}

// telling tells of spans that were lost, in the place of the library's own log.
type telling struct {
	sdk.SpanExporter
	lost func(error)
}

// ExportSpans sends spans, or tells.
func (t telling) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if err := t.SpanExporter.ExportSpans(ctx, spans); err != nil {
		t.lost(err)
	}
	return nil
}

// Close sends what is left, for at most five seconds.
func (t *Traces) Close() error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), tracesTime)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // a collector that is away is not the server's trouble
	return nil
}

// begin starts a span; what it gives ends it, under another name where that is not
// empty. Nothing that a caller sends decides about a trace.
func (t *Traces) begin(ctx context.Context, name string, kind trace.SpanKind) (context.Context, func(failed bool, name string, about ...attribute.KeyValue)) {
	if t == nil {
		return ctx, func(bool, string, ...attribute.KeyValue) {}
	}
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(kind))
	return ctx, func(failed bool, name string, about ...attribute.KeyValue) {
		if name != "" {
			span.SetName(name)
		}
		for _, a := range about {
			if a.Value.AsString() != "" || a.Value.Type() != attribute.STRING {
				span.SetAttributes(a)
			}
		}
		if failed {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

func words(name, value string) attribute.KeyValue  { return attribute.String(name, value) }
func number(name string, v int) attribute.KeyValue { return attribute.Int(name, v) }

// spanName is a request's name: its route without what stands for a value.
func spanName(route string) string { return strings.TrimSpace(route) }
