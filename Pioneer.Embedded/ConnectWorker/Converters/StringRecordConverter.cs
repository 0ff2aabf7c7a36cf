using System.Globalization;
using System.Text;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Converters;

/// <summary>A value's text, as <c>org.apache.kafka.connect.storage.StringConverter</c> writes it.</summary>
internal sealed class StringRecordConverter : IRecordConverter
{
    public byte[]? Convert(ConnectSchema? schema, object? value) =>
        value is null ? null : Encoding.UTF8.GetBytes(value as string ?? Text(value));

    private static string Text(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        _ => System.Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
