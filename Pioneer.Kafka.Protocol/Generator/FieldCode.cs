using System.Globalization;

namespace Pioneer.Kafka.Protocol.Generator;

/// <summary>The C# of one field: its type, its default, how an element is read and written.</summary>
internal static class FieldCode
{
    public static string CSharpType(FieldModel field)
    {
        var element = ElementType(field.Type);
        if (field.IsArray)
        {
            return $"global::System.Collections.Generic.IReadOnlyList<{element}>" + (field.Nullable is null ? "" : "?");
        }

        return element + (IsNullableProperty(field) ? "?" : "");
    }

    public static string ElementType(string type) => type switch
    {
        "bool" => "bool",
        "int8" => "sbyte",
        "int16" => "short",
        "uint16" => "ushort",
        "int32" => "int",
        "int64" => "long",
        "float64" => "double",
        "string" => "string",
        "uuid" => "global::System.Guid",
        "bytes" or "records" => "global::System.ReadOnlyMemory<byte>",
        _ => type,
    };

    /// <summary>The initial value, which is also what a version without the field means.</summary>
    public static string Default(FieldModel field)
    {
        if (field.IsArray)
        {
            return field.Default == "null" ? "null" : "[]";
        }

        if (IsStructure(field.Type))
        {
            return IsNullableProperty(field) ? "null" : "new()";
        }

        if (field.Default == "null" || (field.Type == "records" && field.Nullable is not null))
        {
            return "null";
        }

        return field.Type switch
        {
            "string" => $"\"{field.Default ?? ""}\"",
            "bool" => field.Default ?? "false",
            "uuid" or "bytes" or "records" => "default",
            "float64" => (field.Default ?? "0") + "d",
            _ => Integer(field.Default ?? "0"),
        };
    }

    /// <summary>A condition on the property that it still has its default.</summary>
    public static string IsDefault(FieldModel field)
    {
        var name = field.Name;
        var value = Default(field);
        if (value == "null")
        {
            return $"{name} is null";
        }

        if (field.IsArray)
        {
            return field.Nullable is null ? $"{name}.Count == 0" : $"{name} is {{ Count: 0 }}";
        }

        return field.Type switch
        {
            "bytes" or "records" => field.Nullable is null ? $"{name}.IsEmpty" : $"{name} is {{ IsEmpty: true }}",
            _ => $"{name} == {value}",
        };
    }

    public static string ReadElement(FieldModel field, bool nullable) => field.Type switch
    {
        "bool" => "reader.ReadBoolean()",
        "int8" => "reader.ReadInt8()",
        "int16" => "reader.ReadInt16()",
        "uint16" => "reader.ReadUInt16()",
        "int32" => "reader.ReadInt32()",
        "int64" => "reader.ReadInt64()",
        "float64" => "reader.ReadFloat64()",
        "string" => nullable ? "reader.ReadNullableString()" : "reader.ReadString()",
        "uuid" => "reader.ReadUuid()",
        "bytes" or "records" => nullable ? "reader.ReadNullableBytes()" : "reader.ReadBytes()",
        _ when nullable => $"reader.ReadInt8() < 0 ? null : {field.Type}.Read(ref reader, version)",
        _ => $"{field.Type}.Read(ref reader, version)",
    };

    public static string WriteElement(FieldModel field, string value, bool nullable) => field.Type switch
    {
        "bool" => $"writer.WriteBoolean({value})",
        "int8" => $"writer.WriteInt8({value})",
        "int16" => $"writer.WriteInt16({value})",
        "uint16" => $"writer.WriteUInt16({value})",
        "int32" => $"writer.WriteInt32({value})",
        "int64" => $"writer.WriteInt64({value})",
        "float64" => $"writer.WriteFloat64({value})",
        "string" => nullable ? $"writer.WriteNullableString({value})" : $"writer.WriteString({value})",
        "uuid" => $"writer.WriteUuid({value})",
        "bytes" or "records" => nullable ? $"writer.WriteNullableBytes({value})" : $"writer.WriteBytes({value})",
        _ when nullable => $"writer.WriteInt8({value} is null ? (sbyte)-1 : (sbyte)1); {value}?.Write(writer, version)",
        _ => $"{value}.Write(writer, version)",
    };

    public static bool IsStructure(string type) => char.IsUpper(type[0]);

    private static bool IsNullableProperty(FieldModel field) =>
        field.Nullable is not null || (IsStructure(field.Type) && field.Tag >= 0);

    private static string Integer(string text) =>
        text.StartsWith("0x", System.StringComparison.Ordinal)
            ? int.Parse(text.Substring(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
            : text;
}
