using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Converters;

/// <summary>Turns a key or value into the bytes that a topic holds.</summary>
internal interface IRecordConverter
{
    byte[]? Convert(ConnectSchema? schema, object? value);
}

/// <summary>Finds the converter that a configuration names under <c>key.converter</c> or <c>value.converter</c>.</summary>
internal static class RecordConverters
{
    public const string JsonClass = "org.apache.kafka.connect.json.JsonConverter";
    public const string StringClass = "org.apache.kafka.connect.storage.StringConverter";

    /// <summary>
    /// The converter under <paramref name="key"/>. A connector that names none gets the worker's: JSON without schemas
    /// (as on Kafka, the sub-keys then are the worker's too).
    /// </summary>
    public static IRecordConverter Create(ConfigView config, string key)
    {
        switch (config.Find(key))
        {
            case null:
                return new JsonRecordConverter(schemasEnabled: false, decimalsAsNumbers: true);
            case JsonClass:
                var sub = config.Below(key + ".");
                var format = sub.Get("decimal.format", "BASE64");
                return new JsonRecordConverter(
                    sub.GetBoolean("schemas.enable", true),
                    format.ToUpperInvariant() switch
                    {
                        "NUMERIC" => true,
                        "BASE64" => false,
                        _ => throw sub.Invalid("decimal.format", format, "String must be one of: BASE64, NUMERIC"),
                    });
            case StringClass:
                return new StringRecordConverter();
            case { } other:
                throw config.Invalid(key, other, $"Class {other} could not be found. Available are: {JsonClass}, {StringClass}");
        }
    }
}
