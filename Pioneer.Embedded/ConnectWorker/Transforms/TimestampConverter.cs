using System.Globalization;
using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Transforms;

/// <summary>
/// <c>TimestampConverter</c>: turns a time (field, or the whole key or value) into text, Unix time, date, time or timestamp.
/// <c>format</c> is a pattern of Java's SimpleDateFormat; the letters y M d H m s S are the same in .NET, X becomes K.
/// </summary>
internal sealed class TimestampConverter : ITransform
{
    private static readonly string[] Targets = ["string", "unix", "Date", "Time", "Timestamp"];

    private const long MsPerDay = 86_400_000;

    private readonly RecordSide _side;
    private readonly string? _field;
    private readonly string _target;
    private readonly string _format;
    private readonly long _microsPerUnit;
    private readonly SchemaMemo _schemas;

    public TimestampConverter(ConfigView config, RecordSide side)
    {
        _side = side;
        _field = config.Find("field");
        _target = config.Require("target.type");
        if (!Targets.Contains(_target, StringComparer.Ordinal))
        {
            throw config.Invalid("target.type", _target, $"String must be one of: {string.Join(", ", Targets)}");
        }

        _format = config.Get("format", "").Replace("S", "f", StringComparison.Ordinal).Replace("XXX", "K", StringComparison.Ordinal)
            .Replace("X", "K", StringComparison.Ordinal);
        if (_target == "string")
        {
            config.Require("format");
        }

        var precision = config.Get("unix.precision", "milliseconds");
        _microsPerUnit = precision switch
        {
            "seconds" => TimeSpan.MicrosecondsPerSecond,
            "milliseconds" => TimeSpan.MicrosecondsPerMillisecond,
            "microseconds" => 1,
            _ => throw config.Invalid("unix.precision", precision, "String must be one of: seconds, milliseconds, microseconds"),
        };
        _schemas = new SchemaMemo(schema => ConnectSchema.StructOf(
            schema.Name,
            schema.Fields.Select(field => field.Name == _field ? field with { Schema = Target(field.Schema.IsOptional) } : field)));
    }

    public SourceRecord Apply(SourceRecord record)
    {
        if (record.Datum(_side) is not { } datum)
        {
            return record;
        }

        if (_field is null)
        {
            return record.With(_side, Target(record.DatumSchema(_side)?.IsOptional ?? true), Convert(datum));
        }

        var row = record.RequireStruct(_side, "converting timestamp formats");
        var at = row.Locate(_field);
        var values = (object?[])row.Values.Clone();
        values[at] = values[at] is { } value ? Convert(value) : null;
        var schema = _schemas.For(row.Schema);
        return record.With(_side, schema, new ConnectStruct(schema, values));
    }

    private object Convert(object value)
    {
        var time = value switch
        {
            SourceInstant given => given,
            EpochDate date => SourceInstant.FromUnixMs(date.Days * MsPerDay),
            TimeOfDay given => SourceInstant.FromUnixMs(given.Ms),
            long units => FromUnix(units),
            int units => FromUnix(units),
            string text => Parse(text),
            _ => throw new ConnectDataException($"A value of {value.GetType().Name} is no time"),
        };
        return _target switch
        {
            "string" => (time.Utc ?? throw new ConnectDataException($"{time} has no year of four digits, as the format {_format} asks for"))
                .ToString(_format, CultureInfo.InvariantCulture),
            "unix" => (time.Micros - SourceInstant.FromUnixMs(0).Micros) / _microsPerUnit,
            "Date" => new EpochDate(checked((int)Day(time))),
            "Time" => new TimeOfDay((int)(time.UnixMs - (Day(time) * MsPerDay))),
            _ => time,
        };
    }

    private static long Day(SourceInstant time) => (time.UnixMs / MsPerDay) - (time.UnixMs % MsPerDay < 0 ? 1 : 0);

    private SourceInstant FromUnix(long units)
    {
        var micros = ((Int128)units * _microsPerUnit) + SourceInstant.FromUnixMs(0).Micros;
        return micros >= long.MinValue && micros <= long.MaxValue
            ? new SourceInstant((long)micros)
            : throw new ConnectDataException($"{units} is no time within the years that a record can carry");
    }

    private SourceInstant Parse(string text)
    {
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTime.TryParseExact(text, _format, CultureInfo.InvariantCulture, utc, out var time)
            ? SourceInstant.FromUtc(time)
            : throw new ConnectDataException($"'{text}' does not match the format {_format}");
    }

    private ConnectSchema Target(bool optional) => _target switch
    {
        "string" => ConnectSchema.Of(SchemaType.String, optional),
        "unix" => ConnectSchema.Of(SchemaType.Int64, optional),
        "Date" => ConnectSchema.Date(optional),
        "Time" => ConnectSchema.Time(optional),
        _ => ConnectSchema.Timestamp(optional),
    };
}
