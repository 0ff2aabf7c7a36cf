using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pioneer.Ksql;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Sandbox;
using Pioneer.Ksql.Types;

namespace Pioneer.Benchmarks.Sandbox;

/// <summary>
/// Runs the sandbox over a catalogue given as JSON: one statement a line in, one verdict a line out, shaped as the <c>ksql:validate</c> call
/// answers, with the milliseconds it took. The last line on the console says how many were let through and how long the slowest took.
/// </summary>
internal static class SandboxProgram
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>0 when every line was judged, 2 for wrong arguments or files.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var options = Options(args);
        if (options is null)
        {
            await Console.Error.WriteLineAsync("sandbox needs --world FILE --in FILE --out FILE");
            return 2;
        }

        var (tenant, catalogue) = ReadWorld(JsonNode.Parse(await File.ReadAllTextAsync(options.Value.World))!.AsObject());
        WarmUp(tenant, catalogue);
        var (judged, valid, slowest) = (0, 0, 0.0);
        await using var output = new StreamWriter(options.Value.Out);
        await foreach (var line in File.ReadLinesAsync(options.Value.In))
        {
            if (line.Length == 0)
            {
                continue;
            }

            var input = JsonNode.Parse(line)!.AsObject();
            var request = Request(input, tenant, catalogue);
            var watch = Stopwatch.StartNew();
            var verdict = KsqlSandbox.Check(request);
            var ms = watch.Elapsed.TotalMilliseconds;
            await output.WriteLineAsync(Verdict(input["id"]?.DeepClone(), verdict, ms).ToJsonString(Readable));
            (judged, valid, slowest) = (judged + 1, valid + (verdict.Valid ? 1 : 0), Math.Max(slowest, ms));
        }

        await Console.Out.WriteLineAsync($"{judged} judged, {valid} valid, {judged - valid} refused, slowest {slowest:F2} ms");
        return 0;
    }

    private static (string World, string In, string Out)? Options(string[] args)
    {
        string? Value(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
        return (Value("--world"), Value("--in"), Value("--out")) is ({ } world, { } input, { } output) && File.Exists(world) && File.Exists(input)
            ? (world, input, output)
            : null;
    }

    private static (SandboxTenant Tenant, Catalogue Catalogue) ReadWorld(JsonObject world)
    {
        var slug = world["tenant"] is JsonObject named ? (string)named["slug"]! : (string)world["tenant"]!;
        var prefix = slug.ToUpperInvariant().Replace('-', '_') + "__";
        var relations = world["catalogue"]!.AsArray().Select(r => Relation(r!.AsObject()));
        return (new SandboxTenant(slug, prefix), new Catalogue([.. relations]));
    }

    private static Relation Relation(JsonObject json)
    {
        var topic = (string?)json["topic"] ?? "";
        var columns = json["columns"] is JsonArray array ? string.Join(", ", array.Select(Column)) : (string)json["columns"]!;
        var isTable = string.Equals((string?)json["kind"], "table", StringComparison.OrdinalIgnoreCase);
        return new Relation(
            (string)json["name"]!,
            isTable ? RelationKind.Table : RelationKind.Stream,
            topic,
            RelationSchema.Parse(columns),
            topic.Split('.') is [_, "d", ..] ? RelationOrigin.Subscription : topic.Split('.') is [_, "w", ..] ? RelationOrigin.Pipeline : RelationOrigin.Feed);
    }

    private static string Column(JsonNode? column) => column is JsonObject named
        ? $"{Identifiers.Quote((string)named["name"]!)} {(string)named["type"]!}{((bool?)named["key"] == true ? " KEY" : "")}"
        : (string)column!;

    private static SandboxRequest Request(JsonObject input, SandboxTenant tenant, Catalogue catalogue)
    {
        var properties = input["properties"]?.AsObject().ToDictionary(p => p.Key, p => p.Value?.ToString() ?? "") ?? [];
        var mode = Enum.TryParse<SandboxMode>((string?)input["mode"], ignoreCase: true, out var wanted) ? wanted : SandboxMode.Validate;
        return new SandboxRequest(tenant, catalogue, (string?)input["sql"] ?? "", properties, mode, (string?)input["name"]);
    }

    // The first verdict pays for compiling the sandbox itself, which is not what is measured.
    private static void WarmUp(SandboxTenant tenant, Catalogue catalogue)
    {
        foreach (var relation in catalogue.Relations.Take(1))
        {
            for (var i = 0; i < 200; i++)
            {
                KsqlSandbox.Check(new SandboxRequest(
                    tenant,
                    catalogue,
                    $"SELECT *, UCASE('a') AS A FROM {relation.Name} WHERE 1 < 2.5 EMIT CHANGES",
                    new Dictionary<string, string>(),
                    SandboxMode.Validate,
                    null));
            }
        }
    }

    private static JsonObject Verdict(JsonNode? id, SandboxVerdict verdict, double ms) => new()
    {
        ["id"] = id,
        ["valid"] = verdict.Valid,
        ["diagnostics"] = new JsonArray([.. verdict.Diagnostics.Select(Diagnostic)]),
        ["statements"] = new JsonArray([.. verdict.Statements.Select(Statement)]),
        ["ms"] = Math.Round(ms, 3),
    };

    private static JsonNode Diagnostic(Diagnostic diagnostic) => new JsonObject
    {
        ["code"] = diagnostic.Code,
        ["message"] = diagnostic.Message,
        ["hint"] = diagnostic.Hint,
        ["severity"] = JsonNamingPolicy.CamelCase.ConvertName(diagnostic.Severity.ToString()),
        ["line"] = diagnostic.Start.Line,
        ["column"] = diagnostic.Start.Column,
        ["endLine"] = diagnostic.End.Line,
        ["endColumn"] = diagnostic.End.Column,
    };

    private static JsonNode Statement(CheckedStatement statement) => new JsonObject
    {
        ["kind"] = JsonNamingPolicy.CamelCase.ConvertName(statement.Kind.ToString()),
        ["reads"] = Strings(statement.Reads),
        ["writes"] = Strings(statement.Writes),
        ["rewritten"] = statement.Rewritten,
        ["resultSchema"] = statement.ResultSchema.ToString(),
        ["seedability"] = new JsonObject
        {
            ["verdict"] = JsonNamingPolicy.CamelCase.ConvertName(statement.Seedability.Verdict.ToString()),
            ["reasons"] = Strings(statement.Seedability.Reasons),
        },
    };

    private static JsonArray Strings(ImmutableArray<string> values) => new([.. values.Select(v => (JsonNode)JsonValue.Create(v))]);
}
