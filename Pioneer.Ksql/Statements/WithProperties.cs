using System.Collections.Immutable;
using System.Globalization;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Statements;

/// <summary>Which statement a WITH clause belongs to.</summary>
public enum WithClauseOf
{
    /// <summary>CREATE STREAM or TABLE with columns.</summary>
    Source,

    /// <summary>CREATE .. AS SELECT.</summary>
    Query,

    /// <summary>INSERT INTO .. SELECT.</summary>
    Insert,
}

/// <summary>The WITH clause of a statement: names in any case, values checked.</summary>
public sealed class WithProperties
{
    private static readonly string[] Common =
    [
        "KAFKA_TOPIC", "VALUE_FORMAT", "KEY_FORMAT", "FORMAT", "PARTITIONS", "REPLICAS", "RETENTION_MS", "CLEANUP_POLICY", "TIMESTAMP",
        "TIMESTAMP_FORMAT", "WRAP_SINGLE_VALUE", "KEY_DELIMITER", "VALUE_DELIMITER", "KEY_SCHEMA_ID", "VALUE_SCHEMA_ID",
        "KEY_SCHEMA_FULL_NAME", "VALUE_SCHEMA_FULL_NAME", "VALUE_AVRO_SCHEMA_FULL_NAME", "KEY_PROTOBUF_NULLABLE_REPRESENTATION",
        "VALUE_PROTOBUF_NULLABLE_REPRESENTATION",
    ];

    private static readonly string[] OfSource = ["WINDOW_TYPE", "WINDOW_SIZE", "SOURCED_BY_CONNECTOR"];

    private static readonly (string Name, string Type, long Most)[] Numbers =
    [
        ("PARTITIONS", "INT", int.MaxValue), ("REPLICAS", "SHORT", short.MaxValue), ("RETENTION_MS", "LONG", long.MaxValue),
    ];

    private readonly Dictionary<string, Literal> _values = new(StringComparer.Ordinal);

    private WithProperties(IEnumerable<WithProperty> properties)
    {
        foreach (var property in properties)
        {
            _values[Identifiers.Fold(property.Name.Text)] = property.Value;
        }
    }

    /// <summary>KAFKA_TOPIC.</summary>
    public string? Topic => Text("KAFKA_TOPIC");

    /// <summary>FORMAT, or KEY_FORMAT.</summary>
    public string? KeyFormat => Text("FORMAT") ?? Text("KEY_FORMAT");

    /// <summary>FORMAT, or VALUE_FORMAT.</summary>
    public string? ValueFormat => Text("FORMAT") ?? Text("VALUE_FORMAT");

    /// <summary>KEY_DELIMITER.</summary>
    public char? KeyDelimiter => Delimiter("KEY_DELIMITER");

    /// <summary>VALUE_DELIMITER.</summary>
    public char? ValueDelimiter => Delimiter("VALUE_DELIMITER");

    /// <summary>PARTITIONS.</summary>
    public int? Partitions => (int?)Number("PARTITIONS");

    /// <summary>REPLICAS.</summary>
    public short? Replicas => (short?)Number("REPLICAS");

    /// <summary>WRAP_SINGLE_VALUE.</summary>
    public bool? WrapSingleValue => Text("WRAP_SINGLE_VALUE") is { } text ? bool.Parse(text) : null;

    /// <summary>QUERY_ID, folded.</summary>
    public string? QueryId => Text("QUERY_ID") is { } id ? Identifiers.Fold(id) : null;

    /// <summary>TIMESTAMP and TIMESTAMP_FORMAT.</summary>
    public TimestampColumn? Timestamp => Text("TIMESTAMP") is { } column
        ? new TimestampColumn(
            column is ['`', .., '`'] or ['"', .., '"'] ? column[1..^1] : Identifiers.Fold(column), Text("TIMESTAMP_FORMAT"))
        : null;

    /// <summary>WINDOW_TYPE and WINDOW_SIZE.</summary>
    public WindowInfo? Window => Text("WINDOW_TYPE") is { } kind
        ? new WindowInfo(Enum.Parse<WindowKind>(kind, ignoreCase: true), WindowSize is { } size ? DurationText.TryParse(size, out _) : null)
        : null;

    /// <summary>Settings of a topic that the statement makes.</summary>
    public ImmutableDictionary<string, string> TopicConfig
    {
        get
        {
            var config = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            if (Number("RETENTION_MS") is { } retention)
            {
                config["retention.ms"] = retention.ToString(CultureInfo.InvariantCulture);
            }

            if (Text("CLEANUP_POLICY") is { } policy)
            {
                config["cleanup.policy"] = policy;
            }

            return config.ToImmutable();
        }
    }

    private string? WindowSize => Text("WINDOW_SIZE");

    /// <summary>Reads a clause; what is wrong with it goes to <paramref name="diagnostics"/>.</summary>
    public static WithProperties Read(SyntaxList<WithProperty> properties, WithClauseOf of, TextSpan span, DiagnosticBag diagnostics)
    {
        var stage = diagnostics.Stage;
        diagnostics.Stage = DiagnosticStage.Building;
        var with = new WithProperties(properties);
        if (with.Problem(of, properties) is { } problem)
        {
            var place = properties.FirstOrDefault(p => Identifiers.Fold(p.Name.Text) == problem.Name)?.Span ?? span;
            diagnostics.Error("InvalidProperty", place, problem.Message);
        }

        diagnostics.Stage = stage;
        return with;
    }

    private (string? Name, string Message)? Problem(WithClauseOf of, SyntaxList<WithProperty> properties)
    {
        IEnumerable<string> known = of switch
        {
            WithClauseOf.Source => Common.Concat(OfSource),
            WithClauseOf.Query => Common,
            _ => ["QUERY_ID"],
        };
        string[] unknown = [.. _values.Keys.Except(known)];
        if (unknown.Length > 0)
        {
            return (unknown[0], $"Invalid config variable(s) in the WITH clause: {string.Join(',', unknown)}");
        }

        if (properties.GroupBy(p => Identifiers.Fold(p.Name.Text)).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            return (twice.Key, $"Duplicate config variable in the WITH clause: {twice.Key}");
        }

        return of == WithClauseOf.Source && Topic is null
            ? (null, "Missing required property \"KAFKA_TOPIC\" which has no default value.")
            : FormatProblem() ?? NumberProblem() ?? DelimiterProblem("KEY_DELIMITER") ?? DelimiterProblem("VALUE_DELIMITER")
                ?? PatternProblem() ?? WindowProblem() ?? QueryIdProblem();
    }

    private (string?, string)? FormatProblem()
    {
        foreach (var name in (string[])["KEY_FORMAT", "VALUE_FORMAT"])
        {
            if (_values.ContainsKey("FORMAT") && _values.ContainsKey(name))
            {
                return (name, $"Cannot supply both '{name}' and 'FORMAT' properties, as 'FORMAT' sets both key and value formats. "
                    + "Either use just 'FORMAT', or use 'KEY_FORMAT' and 'VALUE_FORMAT'.");
            }
        }

        return null;
    }

    private (string?, string)? NumberProblem()
    {
        foreach (var (name, type, most) in Numbers)
        {
            if (Text(name) is { } text && (Number(name) is not { } number || number > most))
            {
                return (name, $"Invalid value {text} for property {name}: Not a number of type {type}");
            }
        }

        return Text("WRAP_SINGLE_VALUE") is { } wrap && !bool.TryParse(wrap, out _)
            ? ("WRAP_SINGLE_VALUE", $"Invalid value {wrap} for property WRAP_SINGLE_VALUE: Expected value to be either true or false")
            : null;
    }

    private (string?, string)? DelimiterProblem(string name)
    {
        if (Text(name) is not { } text || text is "TAB" or "SPACE" || (text.Length == 1 && text != " "))
        {
            return null;
        }

        var why = string.IsNullOrWhiteSpace(text)
            ? "Delimiter cannot be empty, if you meant to have a tab or space for delimiter, please use the special values 'TAB' or 'SPACE'"
            : $"Invalid delimiter value: '{text}'. Delimiter must be a single character or TAB,SPACE";
        return (name, $"Configuration {name} is invalid: {why}\nExample valid value: ';'");
    }

    private (string?, string)? PatternProblem() =>
        Text("TIMESTAMP_FORMAT") is { } pattern && Functions.JavaDateTimeFormat.Problem(pattern) is { } reason
            ? ("TIMESTAMP_FORMAT", $"Invalid datatime format for config:TIMESTAMP_FORMAT, reason:{reason}")
            : null;

    private (string?, string)? WindowProblem()
    {
        var kind = WindowKind.Session;
        if (Text("WINDOW_TYPE") is { } text && !Enum.TryParse(text, ignoreCase: true, out kind))
        {
            return (
                "WINDOW_TYPE",
                $"Configuration WINDOW_TYPE is invalid: Unknown window type: '{text}' Valid values are: SESSION, HOPPING, TUMBLING");
        }

        if (WindowSize is { } size && DurationText.TryParse(size, out var why) is null)
        {
            return (
                "WINDOW_SIZE",
                $"Configuration WINDOW_SIZE is invalid: Invalid duration: '{size}'. {why}\nExample valid value: '10 SECONDS'");
        }

        return (kind != WindowKind.Session, WindowSize) switch
        {
            (true, null) => (
                "WINDOW_TYPE",
                $"{kind.ToString().ToUpperInvariant()} windows require 'WINDOW_SIZE' to be provided in the WITH clause. "
                + "For example: 'WINDOW_SIZE'='10 SECONDS'"),
            (false, not null) => ("WINDOW_SIZE", "'WINDOW_SIZE' should not be set for SESSION windows."),
            _ => null,
        };
    }

    private (string?, string)? QueryIdProblem()
    {
        string[] reserved = ["INSERTQUERY_", "CTAS_", "CSAS_", "CST_"];
        return QueryId switch
        {
            null => null,
            var id when id.Length == 0 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') =>
                ("QUERY_ID", $"Query IDs may contain only alphanumeric characters and '_'. Got: '{id}'"),
            var id when Array.Exists(reserved, p => id.StartsWith(p, StringComparison.Ordinal)) =>
                ("QUERY_ID", $"Query IDs must not start with a reserved query ID prefix ({string.Join(", ", reserved)}). Got: '{id}'"),
            _ => null,
        };
    }

    private string? Text(string name) => _values.GetValueOrDefault(name) switch
    {
        StringLiteral { Value: var text } => text,
        IntegerLiteral { Value: var number } => number.ToString(CultureInfo.InvariantCulture),
        DecimalLiteral { Text: var text } => text,
        DoubleLiteral { Text: var text } => text,
        BooleanLiteral { Value: var value } => value ? "true" : "false",
        _ => null,
    };

    private long? Number(string name) =>
        long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private char? Delimiter(string name) => Text(name) switch
    {
        null => null,
        "TAB" => '\t',
        "SPACE" => ' ',
        var text => text.Length == 1 ? text[0] : null,
    };
}
