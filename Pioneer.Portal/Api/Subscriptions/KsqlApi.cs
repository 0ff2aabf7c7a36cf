using System.Text.Json;
using Pioneer.Ksql;
using Pioneer.Ksql.Sandbox;
using Pioneer.Ksql.Types;
using Pioneer.Jobs.Subscriptions;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Subscriptions;

/// <summary>Checks and previews of ksql text.</summary>
internal static class KsqlApi
{
    private const string Ndjson = "application/x-ndjson";

    public static void MapKsql(this RouteGroupBuilder api)
    {
        api.MapPost("/tenants/{slug}/ksql:validate", async (string slug, ValidateBody body, TenantSandbox sandbox, CurrentActor current, CancellationToken ct) =>
            (await sandbox.CheckAsync(current.Actor, slug, body.Sql ?? "", body.Properties, SandboxMode.Validate, null, ct))
                .ToAnswer(verdict => Results.Ok(VerdictBody.Of(verdict)))).WithMetadata(new ReadsOnly());

        api.MapPost("/tenants/{slug}/ksql:preview", PreviewAsync).WithMetadata(new ReadsOnly());
    }

    /// <summary>One JSON array a line: first the column names and types, then rows as they come, at last why it ended.</summary>
    private static async Task<IResult> PreviewAsync(
        string slug, PreviewBody body, PreviewService previews, CurrentActor current, HttpContext http, CancellationToken ct)
    {
        var started = await previews.StartAsync(
            current.Actor, slug, body.Sql ?? "", new PreviewLimits(body.MaxRows ?? 100, body.MaxSeconds ?? 30, body.FromBeginning ?? true), ct);
        if (started.IsFailure)
        {
            return started.Error.ToProblem();
        }

        await using var run = started.Value;
        http.Response.ContentType = Ndjson;
        await WriteLineAsync(http, new { columns = run.Columns }, ct);
        await foreach (var row in run.RowsAsync(ct))
        {
            await WriteLineAsync(http, new { row = row.Values }, ct);
        }

        await WriteLineAsync(http, new { end = run.End.ToString(), error = run.Failure?.Message }, ct);
        return Results.Empty;
    }

    private static async Task WriteLineAsync(HttpContext http, object line, CancellationToken ct)
    {
        await JsonSerializer.SerializeAsync(http.Response.Body, line, JsonSerializerOptions.Web, ct);
        await http.Response.Body.WriteAsync("\n"u8.ToArray(), ct);
        await http.Response.Body.FlushAsync(ct);
    }
}

/// <summary>Body of <c>ksql:validate</c>.</summary>
internal sealed record ValidateBody(string? Sql, Dictionary<string, string>? Properties);

/// <summary>Body of <c>ksql:preview</c>.</summary>
internal sealed record PreviewBody(string? Sql, int? MaxRows, int? MaxSeconds, bool? FromBeginning);

/// <summary>What the sandbox says of a text.</summary>
internal sealed record VerdictBody(bool Valid, IEnumerable<DiagnosticBody> Diagnostics, IEnumerable<StatementBody> Statements)
{
    public static VerdictBody Of(SandboxVerdict verdict) => new(
        verdict.Valid, verdict.Diagnostics.Select(DiagnosticBody.Of), verdict.Statements.Select(StatementBody.Of));
}

/// <summary>A diagnostic with its place, lines and columns counted from 1.</summary>
internal sealed record DiagnosticBody(string Code, string Message, string? Hint, string Severity, int Line, int Column, int EndLine, int EndColumn)
{
    public static DiagnosticBody Of(Diagnostic diagnostic) => new(
        diagnostic.Code, diagnostic.Message, diagnostic.Hint, diagnostic.Severity.ToString().ToLowerInvariant(),
        diagnostic.Start.Line, diagnostic.Start.Column, diagnostic.End.Line, diagnostic.End.Column);
}

/// <summary>A checked statement.</summary>
internal sealed record StatementBody(
    string Kind, IEnumerable<string> Reads, IEnumerable<string> Writes, string Rewritten, IEnumerable<ResultColumnBody> ResultSchema, SeedabilityBody Seedability)
{
    public static StatementBody Of(CheckedStatement statement) => new(
        statement.Kind.ToString(), statement.Reads, statement.Writes, statement.Rewritten, statement.ResultSchema.Columns.Select(ResultColumnBody.Of),
        new SeedabilityBody(statement.Seedability.Verdict.ToString(), statement.Seedability.Reasons));
}

/// <summary>A column of a result.</summary>
internal sealed record ResultColumnBody(string Name, string Type, bool Key)
{
    public static ResultColumnBody Of(Column column) => new(column.Name, column.Type.ToString(), column.IsKey);
}

/// <summary>Whether and how the query can be given its history.</summary>
internal sealed record SeedabilityBody(string Verdict, IEnumerable<string> Reasons);
