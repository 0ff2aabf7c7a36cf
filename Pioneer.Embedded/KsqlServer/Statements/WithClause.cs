using System.Globalization;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Statements;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Embedded.Ksql.Statements;

/// <summary>The WITH clause of a statement, names in any case, values checked when read.</summary>
internal sealed class WithClause
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "KAFKA_TOPIC", "VALUE_FORMAT", "KEY_FORMAT", "FORMAT", "PARTITIONS", "REPLICAS", "RETENTION_MS", "CLEANUP_POLICY", "TIMESTAMP",
        "TIMESTAMP_FORMAT", "WRAP_SINGLE_VALUE", "KEY_DELIMITER", "VALUE_DELIMITER", "QUERY_ID", "SOURCED_BY_CONNECTOR", "WINDOW_TYPE",
        "WINDOW_SIZE",
    };

    private readonly Dictionary<string, Literal> _values = new(StringComparer.Ordinal);
    private readonly string _statement;

    public WithClause(IEnumerable<WithProperty> properties, string statement)
    {
        _statement = statement;
        foreach (var property in properties)
        {
            var name = Identifiers.Fold(property.Name.Text);
            if (!Known.Contains(name))
            {
                throw Bad($"Invalid config variable(s) in the WITH clause: {name}");
            }

            if (!_values.TryAdd(name, property.Value))
            {
                throw Bad($"Duplicate config variable in the WITH clause: {name}");
            }
        }
    }

    /// <summary>KAFKA_TOPIC.</summary>
    public string? Topic => Text("KAFKA_TOPIC");

    /// <summary>QUERY_ID, folded and checked.</summary>
    public string? QueryId
    {
        get
        {
            if (Text("QUERY_ID") is not { } id)
            {
                return null;
            }

            id = Identifiers.Fold(id);
            if (!id.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') || id.Length == 0)
            {
                throw Bad($"Query IDs may contain only alphanumeric characters and '_'. Got: '{id}'");
            }

            string[] reserved = ["INSERTQUERY_", "CTAS_", "CSAS_", "CST_"];
            return Array.Exists(reserved, p => id.StartsWith(p, StringComparison.Ordinal))
                ? throw Bad($"Query IDs must not start with a reserved query ID prefix ({string.Join(", ", reserved)}). Got: '{id}'")
                : id;
        }
    }

    /// <summary>PARTITIONS.</summary>
    public int? Partitions => Number("PARTITIONS") is { } n ? n is >= 1 and <= 100_000 ? (int)n : throw Bad($"Invalid number of partitions: {n}") : null;

    /// <summary>REPLICAS.</summary>
    public short? Replicas => Number("REPLICAS") is { } n ? n is >= 1 and <= short.MaxValue ? (short)n : throw Bad($"Invalid number of replicas: {n}") : null;

    /// <summary>Settings of a topic that the statement creates.</summary>
    public Dictionary<string, string> TopicConfig
    {
        get
        {
            var config = new Dictionary<string, string>(StringComparer.Ordinal);
            if (Number("RETENTION_MS") is { } retention)
            {
                config["retention.ms"] = retention.ToString(CultureInfo.InvariantCulture);
            }

            if (Text("CLEANUP_POLICY") is { } policy)
            {
                config["cleanup.policy"] = policy;
            }

            return config;
        }
    }

    /// <summary>TIMESTAMP and TIMESTAMP_FORMAT: the column's folded name and the pattern.</summary>
    public TimestampColumn? Timestamp => Text("TIMESTAMP") is { } column
        ? new TimestampColumn(column is ['`', .., '`'] ? column[1..^1] : Identifiers.Fold(column), Text("TIMESTAMP_FORMAT"))
        : null;

    /// <summary>WINDOW_TYPE and WINDOW_SIZE: the windows in keys; null without.</summary>
    public WindowInfo? Window
    {
        get
        {
            var size = Text("WINDOW_SIZE");
            if (Text("WINDOW_TYPE") is not { } text)
            {
                return size is null ? null : throw Bad("'WINDOW_SIZE' should not be set without 'WINDOW_TYPE'.");
            }

            if (!Enum.TryParse<WindowKind>(text, ignoreCase: true, out var kind) || !Enum.IsDefined(kind))
            {
                throw Bad($"Configuration WINDOW_TYPE is invalid: Unknown window type: '{text}' Valid values are: SESSION, HOPPING, TUMBLING");
            }

            return (kind == WindowKind.Session, size) switch
            {
                (true, null) => new WindowInfo(kind, null),
                (true, _) => throw Bad("'WINDOW_SIZE' should not be set for SESSION windows."),
                (false, null) => throw Bad(
                    $"{kind.ToString().ToUpperInvariant()} windows require 'WINDOW_SIZE' to be provided in the WITH clause. For example: 'WINDOW_SIZE'='10 SECONDS'"),
                _ => new WindowInfo(kind, DurationText.TryParse(size, out var why)
                    ?? throw Bad($"Configuration WINDOW_SIZE is invalid: Invalid duration: '{size}'. {why}\nExample valid value: '10 SECONDS'")),
            };
        }
    }

    /// <summary>The key's format.</summary>
    public FormatSpec KeyFormat(FormatSpec inherited)
    {
        var kind = Format("KEY_FORMAT") ?? Format("FORMAT") ?? inherited.Kind;
        return new FormatSpec(kind, Delimiter("KEY_DELIMITER") ?? inherited.Delimiter, Unwrapped: true);
    }

    /// <summary>The value's format; where neither the clause nor the source says one, the statement is refused.</summary>
    public FormatSpec ValueFormat(FormatSpec? inherited)
    {
        var kind = Format("VALUE_FORMAT") ?? Format("FORMAT") ?? inherited?.Kind
            ?? throw Bad("Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Either provide one or set a default via the 'ksql.persistence.default.format.value' config.");
        var unwrapped = _values.TryGetValue("WRAP_SINGLE_VALUE", out var wrap) ? !IsTrue(wrap) : inherited?.Unwrapped ?? false;
        return new FormatSpec(kind, Delimiter("VALUE_DELIMITER") ?? inherited?.Delimiter ?? ',', unwrapped);
    }

    /// <summary>KAFKA_TOPIC where it must be there.</summary>
    public string RequiredTopic => Topic is { Length: > 0 } topic
        ? topic
        : throw Bad("Missing required property \"KAFKA_TOPIC\" which has no default value.");

    private static bool IsTrue(Literal literal) =>
        literal is BooleanLiteral { Value: true } || (literal is StringLiteral text && string.Equals(text.Value, "true", StringComparison.OrdinalIgnoreCase));

    private FormatKind? Format(string name) => Text(name)?.ToUpperInvariant() switch
    {
        null => null,
        "JSON" => FormatKind.Json,
        "KAFKA" => FormatKind.Kafka,
        "DELIMITED" => FormatKind.Delimited,
        "NONE" => FormatKind.None,
        "AVRO" or "PROTOBUF" or "PROTOBUF_NOSR" or "JSON_SR" =>
            throw Bad($"Format {Text(name)} needs a Schema Registry; the embedded ksql server reads JSON, KAFKA, DELIMITED and NONE."),
        _ => throw Bad($"Unknown format: {Text(name)}"),
    };

    private char? Delimiter(string name) => Text(name) switch
    {
        null => null,
        "TAB" => '\t',
        "SPACE" => ' ',
        { Length: 1 } single => single[0],
        "" => throw Bad("Delimiter cannot be empty, if you meant to have a tab or space for delimiter, please use the special values 'TAB' or 'SPACE'"),
        var other => throw Bad($"Invalid delimiter value: '{other}'. Delimiter must be a single character or TAB,SPACE"),
    };

    private string? Text(string name) => _values.GetValueOrDefault(name) switch
    {
        null => null,
        StringLiteral text => text.Value,
        _ => throw Bad($"Invalid value for {name}: a text is expected"),
    };

    private long? Number(string name) => _values.GetValueOrDefault(name) switch
    {
        null => null,
        IntegerLiteral number => number.Value,
        StringLiteral text when long.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw Bad($"Invalid value for {name}: a number is expected"),
    };

    private KsqlException Bad(string message) => KsqlException.BadStatement(message, _statement);
}
