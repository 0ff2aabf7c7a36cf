using System.Collections;
using System.Reflection;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Tests.KafkaProtocol;

/// <summary>Fills messages with random values, and takes back what a version says it cannot carry.</summary>
internal static class MessageFiller
{
    private const int Elements = 2;

    public static object Fill(Type type, Random random)
    {
        var value = Activator.CreateInstance(type)!;
        foreach (var property in Fields(type))
        {
            property.SetValue(value, Value(property.PropertyType, random));
        }

        return value;
    }

    /// <summary>Sets every field of this name, at any depth, to what it is in a new object.</summary>
    public static void Reset(object value, string field)
    {
        var fresh = Activator.CreateInstance(value.GetType())!;
        foreach (var property in Fields(value.GetType()))
        {
            if (property.Name == field)
            {
                property.SetValue(value, property.GetValue(fresh));
            }

            switch (property.GetValue(value))
            {
                case IEnumerable items and not string:
                    foreach (var item in items)
                    {
                        ResetInside(item, field);
                    }

                    break;
                case { } single:
                    ResetInside(single, field);
                    break;
            }
        }
    }

    private static void ResetInside(object item, string field)
    {
        if (item.GetType().Namespace == typeof(IMessage).Namespace)
        {
            Reset(item, field);
        }
    }

    private static IEnumerable<PropertyInfo> Fields(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance);

    private static object Value(Type type, Random random)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var element = type.GetGenericArguments()[0];
            var list = Array.CreateInstance(element, Elements);
            for (var i = 0; i < Elements; i++)
            {
                list.SetValue(Value(element, random), i);
            }

            return list;
        }

        return type switch
        {
            _ when type == typeof(bool) => true,
            _ when type == typeof(sbyte) => (sbyte)random.Next(1, 100),
            _ when type == typeof(short) => (short)random.Next(1, 30000),
            _ when type == typeof(ushort) => (ushort)random.Next(1, 60000),
            _ when type == typeof(int) => random.Next(1, int.MaxValue),
            _ when type == typeof(long) => random.NextInt64(1, long.MaxValue),
            _ when type == typeof(double) => random.NextDouble() + 1,
            _ when type == typeof(string) => "é" + random.Next(),
            _ when type == typeof(Guid) => new Guid(Bytes(random, 16)),
            _ when type == typeof(ReadOnlyMemory<byte>) => new ReadOnlyMemory<byte>(Bytes(random, random.Next(1, 300))),
            _ => Fill(type, random),
        };
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
