using System.Text.Json;
using Pioneer.Ksql;
using Pioneer.Ksql.Sandbox;
using Pioneer.Ksql.Types;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Subscriptions;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Subscriptions;

/// <summary>Checks and previews of ksql text.</summary>
internal static class KsqlApi
{
    private const string Ndjson = "application/x-ndjson";

    public static void MapKsql(this RouteGroupBuilder api)
    {
        api.MapPost("/tenants/{slug}/ksql:validate", ValidateAsync).Answers<VerdictBody>("Says whether a text may run, why not, and what it would take.")
            .WithMetadata(new ReadsOnly());

        api.MapPost("/tenants/{slug}/ksql:preview", PreviewAsync).Streams(Ndjson, "Runs a query for a while; one JSON object a line.").WithMetadata(new ReadsOnly());
    }

    private static async Task<IResult> ValidateAsync(
        string slug, ValidateBody body, TenantSandbox sandbox, QueryCosts costs, CurrentActor current, CancellationToken ct)
    {
        if (body.Properties?.FirstOrDefault(property => property.Value is null).Key is { } unset)
        {
            return ApiRefusals.PropertyWithoutValue(unset).ToProblem(StatusCodes.Status400BadRequest);
        }

        var properties = body.Properties?.ToDictionary(property => property.Key, property => property.Value!);
        var verdict = await sandbox.CheckAsync(current.Actor, slug, body.Sql ?? "", properties, SandboxMode.Validate, null, ct);
        if (verdict.IsFailure)
        {
            return verdict.Error.ToProblem();
        }

        var statements = new List<StatementBody>();
        foreach (var statement in verdict.Value.Statements)
        {
            var cost = statement.Deployable is { } query ? await costs.OfAsync(TenantSlug.Parse(slug), query.SourceTopic, ct) : null;
            statements.Add(StatementBody.Of(statement, cost));
        }

        return Results.Ok(new VerdictBody(verdict.Value.Valid, verdict.Value.Diagnostics.Select(DiagnosticBody.Of), statements));
    }

    /// <summary>One JSON array a line: first the column names and types, then rows as they come, at last why it ended.</summary>
    private static async Task<IResult> PreviewAsync(
        string slug, PreviewBody body, PreviewService previews, RecordReadings readings, CurrentActor current, HttpContext http, CancellationToken ct)
    {
        var begun = await readings.BeginAsync(current.Actor, slug, RecordReadings.Preview, TenantUseKind.Previews, ct);
        if (begun.IsFailure)
        {
            return begun.Error.ToProblem();
        }

        using var place = begun.Value;
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
            await WriteRowAsync(http, row, ct);
        }

        await WriteLineAsync(http, new { end = run.End.ToString(), error = run.Failure?.Message, skipped = run.Faults?.Skipped, failedValues = run.Faults?.FailedValues }, ct);
        return Results.Empty;
    }

    /// <summary>Values as they came: a text with half a surrogate pair, which the serializer refuses, too.</summary>
    private static async Task WriteRowAsync(HttpContext http, PreviewRow row, CancellationToken ct)
    {
        await http.Response.WriteAsync($"{{\"row\":[{string.Join(',', row.Values.Select(value => value.GetRawText()))}]}}\n", ct);
        await http.Response.Body.FlushAsync(ct);
    }

    private static async Task WriteLineAsync(HttpContext http, object line, CancellationToken ct)
    {
        await JsonSerializer.SerializeAsync(http.Response.Body, line, JsonSerializerOptions.Web, ct);
        await http.Response.Body.WriteAsync("\n"u8.ToArray(), ct);
        await http.Response.Body.FlushAsync(ct);
    }
}

/// <summary>Body of <c>ksql:validate</c>.</summary>
internal sealed record ValidateBody(string? Sql, Dictionary<string, string?>? Properties);

/// <summary>Body of <c>ksql:preview</c>.</summary>
internal sealed record PreviewBody(string? Sql, int? MaxRows, int? MaxSeconds, bool? FromBeginning);

/// <summary>What the sandbox says of a text.</summary>
internal sealed record VerdictBody(bool Valid, IEnumerable<DiagnosticBody> Diagnostics, IEnumerable<StatementBody> Statements);

/// <summary>A diagnostic with its place, lines and columns counted from 1.</summary>
internal sealed record DiagnosticBody(string Code, string Message, string? Hint, string Severity, int Line, int Column, int EndLine, int EndColumn)
{
    public static DiagnosticBody Of(Diagnostic diagnostic) => new(
        diagnostic.Code, diagnostic.Message, diagnostic.Hint, diagnostic.Severity.ToString().ToLowerInvariant(),
        diagnostic.Start.Line, diagnostic.Start.Column, diagnostic.End.Line, diagnostic.End.Column);
}

/// <summary>A checked statement.</summary>
/// <param name="Cost">What it would take once deployed; null for what cannot be deployed as a subscription.</param>
internal sealed record StatementBody(
    string Kind, IEnumerable<string> Reads, IEnumerable<string> Writes, string Rewritten, IEnumerable<ResultColumnBody> ResultSchema, SeedabilityBody Seedability,
    QueryCost? Cost)
{
    public static StatementBody Of(CheckedStatement statement, QueryCost? cost) => new(
        statement.Kind.ToString(), statement.Reads, statement.Writes, statement.Rewritten, statement.ResultSchema.Columns.Select(ResultColumnBody.Of),
        new SeedabilityBody(statement.Seedability.Verdict.ToString(), statement.Seedability.Reasons), cost);
}

/// <summary>A column of a result.</summary>
internal sealed record ResultColumnBody(string Name, string Type, bool Key)
{
    public static ResultColumnBody Of(Column column) => new(column.Name, column.Type.ToString(), column.IsKey);
}

/// <summary>Whether and how the query can be given its history.</summary>
internal sealed record SeedabilityBody(string Verdict, IEnumerable<string> Reasons);
