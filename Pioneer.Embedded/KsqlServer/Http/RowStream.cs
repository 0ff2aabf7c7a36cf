using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pioneer.Embedded.Ksql.Queries;
using Pioneer.Embedded.Ksql.Statements;
using Pioneer.Ksql.Types;

namespace Pioneer.Embedded.Ksql.Http;

/// <summary>One of the shapes in which rows go to a client, written into a pipe.</summary>
internal abstract class RowStream(IBufferWriter<byte> output, IReadOnlyList<Column> columns)
{
    private readonly ArrayBufferWriter<byte> _row = new();
    private readonly IBufferWriter<byte> _output = output;
    private IBufferWriter<byte> _target = output;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The media type.</summary>
    public abstract string ContentType { get; }

    /// <summary>Whether an idle connection is sent newlines (ksqlDB does so in the older shape only).</summary>
    public virtual bool KeepsAlive => false;

    protected IReadOnlyList<Column> Columns { get; } = columns;

    /// <summary>Chooses the shape by path and Accept header.</summary>
    public static RowStream For(HttpContext context, bool isStream, IReadOnlyList<Column> columns, bool showKeys)
    {
        var accept = context.Request.Headers.Accept.ToString();
        var output = context.Response.BodyWriter;
        if (accept.Contains("application/vnd.ksql.v1+json", StringComparison.OrdinalIgnoreCase) || (!isStream && !accept.Contains("delimited", StringComparison.OrdinalIgnoreCase)))
        {
            return new HeaderRowStream(output, columns, showKeys);
        }

        return accept.Contains("application/json", StringComparison.OrdinalIgnoreCase) ? new ArrayRowStream(output, columns) : new DelimitedRowStream(output, columns);
    }

    /// <summary>What comes first.</summary>
    public abstract void Start(string queryId);

    /// <summary>A row, whole or not at all: half a row would end the stream for who reads it.</summary>
    /// <returns>Why it cannot be shown; null where it is.</returns>
    public string? Row(TransientRow row)
    {
        _row.ResetWrittenCount();
        _target = _row;
        try
        {
            WriteRow(row);
        }
        catch (Exception failure) when (RecordFault.Covers(failure))
        {
            return failure.Message;
        }
        finally
        {
            _target = _output;
        }

        _output.Write(_row.WrittenSpan);
        return null;
    }

    /// <summary>What the query left out so far and could not compute, where the shape has a place for it.</summary>
    public virtual void Faults(QueryFaults faults)
    {
    }

    /// <summary>What comes last; <paramref name="message"/> where the shape has a place for it.</summary>
    public abstract void End(string? message);

    /// <summary>A failure in the middle.</summary>
    public abstract void Fail(KsqlException error);

    /// <summary>Text as it is.</summary>
    public void Raw(string text) => _target.Write(Encoding.UTF8.GetBytes(text));

    protected abstract void WriteRow(TransientRow row);

    protected void Json(Action<Utf8JsonWriter> write)
    {
        using var writer = new Utf8JsonWriter(_target, Options);
        write(writer);
        writer.Flush();
    }

    protected void WriteCells(Utf8JsonWriter writer, TransientRow row)
    {
        writer.WriteStartArray();
        for (var i = 0; i < Columns.Count; i++)
        {
            JsonText.Write(writer, row.IsTombstone && !Columns[i].IsKey ? null : row.Cells[i], Columns[i].Type);
        }

        writer.WriteEndArray();
    }

    protected void WriteNames(Utf8JsonWriter writer, string queryId)
    {
        writer.WriteStartObject();
        writer.WriteString("queryId", queryId);
        writer.WriteStartArray("columnNames");
        foreach (var column in Columns)
        {
            writer.WriteStringValue(column.Name);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("columnTypes");
        foreach (var column in Columns)
        {
            writer.WriteStringValue(column.Type.ToString());
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}

/// <summary>application/vnd.ksqlapi.delimited.v1: a line of column names, then a JSON array a line.</summary>
internal sealed class DelimitedRowStream(IBufferWriter<byte> output, IReadOnlyList<Column> columns) : RowStream(output, columns)
{
    public override string ContentType => "application/vnd.ksqlapi.delimited.v1";

    public override void Start(string queryId)
    {
        Json(w => WriteNames(w, queryId));
        Raw("\n");
    }

    protected override void WriteRow(TransientRow row)
    {
        Json(w => WriteCells(w, row));
        Raw("\n");
    }

    public override void Faults(QueryFaults faults) => Raw(new JsonObject(faults.ToJson()).ToJsonString() + "\n");

    public override void End(string? message)
    {
        // The end of the body says it.
    }

    public override void Fail(KsqlException error) => Raw(KsqlRoutes.Error(error).ToJsonString() + "\n");
}

/// <summary>application/json: the same lines as one array.</summary>
internal sealed class ArrayRowStream(IBufferWriter<byte> output, IReadOnlyList<Column> columns) : RowStream(output, columns)
{
    public override string ContentType => "application/json";

    public override void Start(string queryId)
    {
        Raw("[");
        Json(w => WriteNames(w, queryId));
    }

    protected override void WriteRow(TransientRow row)
    {
        Raw(",\n");
        Json(w => WriteCells(w, row));
    }

    public override void End(string? message) => Raw("]");

    public override void Fail(KsqlException error) => Raw(",\n" + KsqlRoutes.Error(error).ToJsonString() + "]");
}

/// <summary>application/vnd.ksql.v1+json: header, rows and a final message as objects of an array.</summary>
internal sealed class HeaderRowStream(IBufferWriter<byte> output, IReadOnlyList<Column> columns, bool showKeys) : RowStream(output, columns)
{
    public override string ContentType => "application/vnd.ksql.v1+json";

    public override bool KeepsAlive => true;

    public override void Start(string queryId)
    {
        var schema = string.Join(", ", Columns.Select(c => showKeys ? c : c with { Role = ColumnRole.Value }));
        Raw("[");
        Json(w =>
        {
            w.WriteStartObject();
            w.WriteStartObject("header");
            w.WriteString("queryId", queryId);
            w.WriteString("schema", schema);
            w.WriteEndObject();
            w.WriteEndObject();
        });
    }

    protected override void WriteRow(TransientRow row)
    {
        Raw(",\n");
        Json(w =>
        {
            w.WriteStartObject();
            w.WriteStartObject("row");
            w.WritePropertyName("columns");
            WriteCells(w, row);
            if (row.IsTombstone)
            {
                w.WriteBoolean("tombstone", true);
            }

            w.WriteEndObject();
            w.WriteEndObject();
        });
    }

    public override void End(string? message) => Raw(message is null ? "]\n" : $",\n{{\"finalMessage\":\"{message}\"}}]\n");

    public override void Fail(KsqlException error) => Raw($",\n{{\"errorMessage\":{KsqlRoutes.Error(error).ToJsonString()}}}]\n");
}
