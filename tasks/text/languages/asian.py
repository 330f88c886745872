"""East and South-East Asian languages."""

from .table import Language, names, phrases, values

_CJK = {
    "零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7,
    "八": 8, "九": 9,
}  # fmt: skip
CHINESE = Language(
    code="zh",
    spaced=False,
    choice=phrases("选项, 选择, 选, 選項, 選擇, 選, 答案选, 应选, 故选, 应为, 项"),
    wrong=phrases(
        "错误, 错误的, 错的, 错了, 錯了, 錯誤, 錯誤的, 有误, 有誤, 不对, 不對, 不正确, 不正確, 不是答案, 不是正确答案, 不是最终答案, 不成立, 作废, "
        "无效, 撤回, 收回, 搞错了, 算错了, 写错了, 弄错了, 未知, 瞎猜的, 乱写的, 随便写的, 开玩笑的, 假的"
    ),
    denial=phrases(
        "不是, 不, 不要写, 错误的, 错误, 錯誤, 假设, 假設, 假如, 如果, 若, 设, 不应, 别写, 不等于, 并非, 并不是, 绝不是, 不能是, 不会是, 怀疑"
    ),
    anaphors=phrases(
        "以上, 上述, 上面, 上面的, 前面, 前面的, 刚才, 刚才的, 这, 这个, 此, 那, 该, 我的, 我, 这是, 它, 答案, 结果"
    ),
    turns=phrases(
        "更正, 改正, 等等, 等一下, 不, 不对, 抱歉, 对不起, 其实, 但, 但是, 不过, 慢着, 哦"
    ),
    answer=phrases(
        "正确选项, 正確選項, 正确的选项, 答案, 答, 解答, 结果, 結果, 故选, 故選, 应选, 應選, 因此选, 所以选"
    ),
    lead=phrases(
        "最终, 最後, 最后, 最終, 正确, 正確, 所以, 因此, 故, 则, 综上, 综上所述, 于是, 可得, 得, 即, "
        "从而, 其, 该题, 本题, 题目的, 问题的, 的, 我的, 那么, 我们的, 参考, 这道题, 我们得到, 得到, "
        "由此, 总之, 我认为, 该, 此题, 正解"
    ),
    after=phrases("应该, 應該, 应, 應, 就, 也, 便"),
    link=phrases("是, 为, 為, 即, 即为, 等于, 等於, 选, 選, 选择, 選擇, 得, 就是"),
    bare_link=True,
    before_number=phrases(
        "共, 共有, 一共, 一共有, 总共, 總共, 总共有, 合计, 等于, 等於, 是, 为, 為, 有, 恰好, 正好, "
        "最大值为, 最小值为, 最大值是, 最小值是, 最大为, 最小为, 值为, 总数为, 面积为, 周长为, 和为, "
        "人民币, ¥, ￥"
    ),
    ending=phrases("。, 了, 左侧"),
    minus=phrases("负, 負, 零下"),
    percent_before=phrases("百分之"),
    percent=phrases("个百分点"),
    scales=values(
        "十=10; 百=100; 千 仟=1000; 万 萬=10000; 亿 億=100000000; 百万 百萬=1000000; "
        "千万 千萬=10000000; 十万=100000; 打=12"
    ),
    digits=_CJK,
    units=names(
        "元 块 块钱 元钱: yuan; 美元: dollars; 欧元: euros; 日元: yen; 厘米: cm; 毫米: mm; 米: meters; "
        "分米: decimeters; 千米 公里: km; 克: grams; 千克 公斤: kg; 吨: tons; 升: liters; 毫升: ml; "
        "秒 秒钟: seconds; 分钟 分鐘: minutes; 小时 小時: hours; 天 日: days; 周 星期: weeks; "
        "年: years; 岁 歲: years; 度: degrees; 个月: months; 平方厘米: cm^2; 平方米: m^2; "
        "立方厘米: cm^3; 立方米: m^3; 平方公里: km^2; 角: ; 分: "
    ),
    counters=phrases(
        "个, 個, 只, 隻, 本, 张, 張, 条, 條, 种, 種, 名, 位, 人, 件, 次, 辆, 輛, 棵, 朵, 支, 枝, 头, 頭, "
        "匹, 座, 层, 層, 页, 頁, 场, 場, 组, 組, 对, 瓶, 杯, 盒, 箱, 袋, 包, 块, 片, 颗, 顆, 粒, 台, 部, "
        "套, 封, 份, 节, 節, 步, 倍, 间, 間, 句, 门, 道, 题, 題, 排, 列, 行, 圈, 棟, 栋, 枚, 株, 家, 所, "
        "项, 項, 根, 篇, 首, 趟, 顿, 碗, 盘, 串, 把, 面, 幅, 艘, 架, 双, 雙, 类, 级, 处, 点, 點, 分"
    ),
    verbs=phrases(
        "相距, 距离, 还剩, 還剩, 剩下, 共, 一共, 总共, 分得, 得, 行驶, 需付,  剩, 还有, 有, 需要, 需, 花了, 花费, 花, 赚了, 赚, 得到, "
        "收到, 买了, "
        "付了, 付, 用了, 用, 走了, 跑了, 吃了, 卖了, 共有, 得了, 还需, 是, 为, 等于, 共花了"
    ),
    operators={
        "的平方": "({})^2",
        "的立方": "({})^3",
        "的二次方": "({})^2",
        "的三次方": "({})^3",
        "的倒数": "1/({})",
        "的相反数": "-({})",
        "的绝对值": "|{}|",
        "的平方根": "\\pm\\sqrt{{{}}}",
        "的算术平方根": "\\sqrt{{{}}}",
        "的立方根": "\\sqrt[3]{{{}}}",
        "的一半": "({})/2",
        "的阶乘": "({})!",
    },  # fmt: skip
    operators_before={"根号": "\\sqrt{{{}}}", "√": "\\sqrt{{{}}}"},
    doubt=phrases(
        "或, 不, 非, 无, 没, 沒, 也许, 也許, 可能, 大约, 大約, 左右, 以上, 以下, 以外, 以内, 至少, 至多, "
        "最多, 最少, 超过, 超過, 多于, 少于, 小于, 大于, 小於, 大於, 低于, 高于, 接近, 近, 约, 約, 到, 至, "
        "和, 与, 與, 及, 倍的, 除, 未, 如果, 若, 或者, 而是, 之间, 的, 折, 成, 半, 超, 加, 减, 減, 乘, 次方, "
        "之, 底, 对数, 上下, 多, 余, 来, 幾, 几, 第"
    ),
    nouns="any",
)
JAPANESE = Language(
    code="ja",
    spaced=False,
    choice=phrases("選択肢, 答えは"),
    wrong=phrases(
        "間違い, 間違いです, 間違って, 間違っています, 誤り, 誤りです, 正しくない, 正しくありません, 違います, 違う, 不正解, 取り消します, 撤回します, "
        "ではありません, ではない, 嘘です, 冗談です, 不明です"
    ),
    denial=phrases("間違った, 誤った, 仮に, もし, 不正解の"),
    anaphors=phrases("これ, この, それ, その, 上記, 上記の, 以上, 以上の, 今の, 前の, 私の, 答え"),
    turns=phrases(
        "訂正します, 訂正, 待って, いや, いいえ, すみません, しかし, 実は, 待ってください"
    ),
    answer=phrases("答え, 答, 正解, 解答, 解, 回答"),
    lead=phrases(
        "最終的な, 最終, したがって, よって, ゆえに, 従って, つまり, 求める, 、, 以上より, 正しい"
    ),
    link=phrases("は, が, は、"),
    before_number=phrases("合計, 全部で, ちょうど, 計"),
    ending=phrases(
        "です, でした, になります, である, となります, だ, であった, です。, 残っています, "
        "残ります, あります, います, かかります, 必要です, 円です, となる, になる"
    ),
    minus=phrases("マイナス, 負の"),
    percent=phrases("パーセント, ％"),
    scales=values(
        "十=10; 百=100; 千=1000; 万=10000; 億=100000000; ダース=12; 百万=1000000; 千万=10000000"
    ),
    digits=_CJK,
    units=names(
        "円: yen; ドル: dollars; ユーロ: euros; センチ センチメートル: cm; ミリ: mm; メートル: meters; "
        "キロメートル: km; キロ キログラム: kg; グラム: grams; リットル: liters; 秒: seconds; "
        "分: minutes; 分間: minutes; 時間: hours; 日 日間: days; 週間: weeks; ヶ月 か月: months; "
        "年 年間: years; 歳: years; 度: degrees; セント: cents"
    ),
    counters=phrases(
        "個, 本, 枚, 人, 匹, 台, 冊, 回, 通り, つ, 頭, 羽, 杯, 名, 倍, 点, 足, 組, 件, 歩, 軒, "
        "箱, 袋, 切れ, ページ, カップ"
    ),
    verbs=phrases("は, が"),
    operators={"の二乗": "({})^2", "の2乗": "({})^2", "の三乗": "({})^3", "の逆数": "1/({})"},
    operators_before={"ルート": "\\sqrt{{{}}}"},
    doubt=phrases(
        "または, もしくは, あるいは, ない, なく, かも, 約, およそ, 以上, 以下, 以内, 未満, より, 超, から, "
        "まで, 程度, くらい, ぐらい, ほど, もし, 以外, の半, 半, 倍の, と, や, たぶん, おそらく, 割"
    ),
    nouns="none",
)
KOREAN = Language(
    code="ko",
    spaced=False,
    choice=phrases("선택지, 보기, 선택, 번"),
    wrong=phrases(
        "틀렸, 틀린, 틀렸습니다, 틀립니다, 잘못, 잘못되었습니다, 오답, 오답입니다, 아닙니다, 아니다, 아니에요, 취소합니다, 철회합니다, 거짓입니다, "
        "농담입니다, 모릅니다"
    ),
    denial=phrases("틀린, 잘못된, 만약, 가정하자, 오답"),
    anaphors=phrases("이것, 이, 그, 그것, 위, 위의, 위 답, 이 답, 제, 내, 제 답, 방금"),
    turns=phrases("정정, 수정, 잠깐, 아니, 아니요, 죄송합니다, 하지만, 사실, 잠시만요"),
    answer=phrases("정답, 최종 답, 답, 최종 답변, 답변, 결과, 해답"),
    lead=phrases("따라서, 그러므로, 이므로, 최종, 그래서, 즉, 결국, 문제의, 올바른, 구하는"),
    link=phrases("은, 는, 이, 은 바로"),
    before_number=phrases("총, 모두, 정확히, 합계"),
    ending=phrases(
        "입니다, 이다, 이에요, 예요, 다, 이 됩니다, 가 됩니다, 개입니다, 남았습니다, 있습니다, "
        "걸립니다, 필요합니다"
    ),
    minus=phrases("마이너스, 음수, 영하"),
    percent=phrases("퍼센트, 프로"),
    scales=values(
        "십=10; 백=100; 천=1000; 만=10000; 억=100000000; 백만=1000000; 천만=10000000; "
        "다스=12; 조=1000000000000; 십만=100000"
    ),
    digits=values("영=0; 일=1; 이=2; 삼=3; 사=4; 오=5; 육=6; 칠=7; 팔=8; 구=9; 십=10"),
    units=names(
        "원: won; 달러: dollars; 유로: euros; 센티미터: cm; 미터: meters; 킬로미터: km; "
        "킬로그램: kg; 그램: grams; 리터: liters; 초: seconds; 분: minutes; 시간: hours; "
        "일: days; 주: weeks; 개월: months; 년: years; 살 세: years; 도: degrees; 센트: cents"
    ),
    counters=phrases(
        "개, 명, 마리, 권, 장, 대, 번, 가지, 그루, 송이, 자루, 병, 잔, 상자, 켤레, 점, 쪽, 사람"
    ),
    verbs=phrases("은, 는, 이, 가, 모두, 총"),
    operators={"의 제곱": "({})^2", "의 세제곱": "({})^3"},
    operators_before={"루트": "\\sqrt{{{}}}"},
    doubt=phrases(
        "아니, 또는, 혹은, 이거나, 이상, 이하, 미만, 초과, 아마, 약, 보다, 정도, 쯤, 거의, 까지, "
        "만약, 제외, 절반, 반, 배, 와, 과"
    ),
    nouns="none",
)
THAI = Language(
    code="th",
    spaced=False,
    answer=phrases("คำตอบ, คําตอบ"),
    lead=phrases("ดังนั้น, เพราะฉะนั้น, สรุป, จึง"),
    after=phrases("สุดท้าย, ที่ถูกต้อง, ที่ได้, จึง"),
    link=phrases("คือ, เป็น, เท่ากับ"),
    before_number=phrases("ทั้งหมด, รวม, เพียง"),
    minus=phrases("ลบ, ติดลบ"),
    percent=phrases("เปอร์เซ็นต์"),
    percent_before=phrases("ร้อยละ"),
    scales=values("สิบ=10; ร้อย=100; พัน=1000; หมื่น=10000; แสน=100000; ล้าน=1000000; โหล=12"),
    units=names(
        "บาท: baht; ดอลลาร์: dollars; เมตร: meters; กิโลเมตร: km; เซนติเมตร: cm; กรัม: grams; "
        "กิโลกรัม: kg; ลิตร: liters; วินาที: seconds; นาที: minutes; ชั่วโมง: hours; วัน: days; "
        "สัปดาห์: weeks; เดือน: months; ปี: years; ยูโร: euros; เซนต์: cents"
    ),
    counters=phrases("คน, ตัว, ลูก, ใบ, อัน, เล่ม, ชิ้น, ครั้ง, วิธี, แผ่น, ขวด, คัน, หน้า, ผล, แก้ว, กล่อง, ต้น"),
    doubt=phrases("หรือ, ไม่, อาจ, ประมาณ, มากกว่า, น้อยกว่า, อย่างน้อย, ถ้า, เกือบ, ระหว่าง, ครึ่ง, ถึง"),
    nouns="none",
)
VIETNAMESE = Language(
    code="vi",
    choice=phrases("chọn, đáp án, phương án, câu, chọn đáp án, chọn phương án, lựa chọn"),
    wrong=phrases(
        "sai, không đúng, không chính xác, không phải, nhầm, sai rồi, không phải đáp án, chưa "
        "đúng, một sai lầm, chưa biết"
    ),
    denial=phrases("không phải, không, sai, giả sử, nếu, đừng viết"),
    anaphors=phrases(
        "điều này, đáp án này, đáp án trên, kết quả này, kết quả trên, câu trả lời trên, câu "
        "trả lời này, đáp án, câu trả lời, trên, nó, đó"
    ),
    turns=phrases("khoan, đợi đã, không, xin lỗi, thực ra, nhưng, chờ đã"),
    answer=phrases("đáp án, đáp số, câu trả lời, kết quả, trả lời"),
    lead=phrases("vậy, do đó, vì vậy, nên, suy ra, và, cuối cùng"),
    after=phrases("cuối cùng, đúng, của bài toán"),
    link=phrases("là, bằng, sẽ là"),
    before_number=phrases("tổng cộng, đúng, có, tất cả, tất cả là"),
    minus=phrases("âm, trừ"),
    percent=phrases("phần trăm"),
    scales=values("trăm=100; nghìn ngàn=1000; vạn=10000; triệu=1000000; tỷ tỉ=1000000000; tá=12"),
    digits=values(
        "không=0; một=1; hai=2; ba=3; bốn=4; năm=5; sáu=6; bảy=7; tám=8; chín=9; mười=10"
    ),
    units=names(
        "giây: seconds; phút: minutes; giờ tiếng: hours; ngày: days; tuần: weeks; tháng: months; "
        "mét: meters; km: km; cm: cm; gam: grams; kg: kg; lít: liters; độ: degrees; "
        "đồng: dong; đô_la đô: dollars; euro: euros; tuổi: years"
    ),
    verbs=phrases(
        "là, bằng, có tất cả, còn lại, còn, có, cần, mất, nhận được, mua, trả, bán, đi được, phải trả, kiếm được, dài"
    ),
    determiners=phrases("mỗi, các, những, một, chiếc, con, bạn, cô, anh, chị, ông, bà"),
    counters=phrases(
        "cái, con, quả, quyển, người, chiếc, cách, bông, cây, bạn, số, viên, học sinh, trái"
    ),
    operators={"bình phương": "({})^2", "mũ hai": "({})^2"},
    operators_before={"căn": "\\sqrt{{{}}}", "căn bậc hai của": "\\sqrt{{{}}}"},
    doubt=phrases(
        "không phải, hoặc, hay, có thể, khoảng, gần, hơn, ít nhất, nhiều nhất, nếu, trừ khi, "
        "từ, đến, nửa, lần"
    ),
    nouns="none",
)
INDONESIAN = Language(
    code="id",
    choice=phrases("pilihan, opsi, huruf, jawaban"),
    wrong=phrases(
        "salah, tidak benar, tidak tepat, bukan jawaban, keliru, bukan jawabannya, bercanda, "
        "tidak diketahui"
    ),
    denial=phrases("bukan, tidak, salah, misalkan, andaikan, jika, seandainya, jangan tulis"),
    anaphors=phrases(
        "itu, ini, jawaban itu, jawaban ini, jawaban di atas, jawaban saya, hasil di atas, "
        "hasil ini, jawaban"
    ),
    turns=phrases("tunggu, tidak, maaf, sebenarnya, tapi, eh"),
    answer=phrases("jawaban, jawabannya, jawapan, hasilnya, hasil"),
    lead=phrases("jadi, maka, oleh karena itu, dengan demikian, dan, sehingga, karena itu"),
    after=phrases("akhir, akhirnya, yang benar, yang tepat"),
    link=phrases("adalah, ialah, yaitu, sama dengan"),
    before_number=phrases("tepat, total, sebanyak"),
    minus=phrases("minus, negatif"),
    percent=phrases("persen"),
    scales=values(
        "ratus=100; ribu=1000; juta=1000000; miliar milyar=1000000000; "
        "triliun=1000000000000; lusin=12; puluh=10; belas=0"
    ),
    digits=values(
        "nol=0; satu=1; dua=2; tiga=3; empat=4; lima=5; enam=6; tujuh=7; delapan=8; "
        "sembilan=9; sepuluh=10"
    ),
    units=names(
        "detik: seconds; menit: minutes; jam: hours; hari: days; minggu: weeks; bulan: months; "
        "tahun: years; meter: meters; kilometer: km; sentimeter: cm; gram: grams; "
        "kilogram: kg; liter: liters; derajat: degrees; rupiah: rupiah; dolar: dollars"
    ),
    verbs=phrases(
        "adalah, memiliki, mempunyai, membutuhkan, membayar, tersisa, menempuh, mendapat, mendapatkan, "
        "membeli, menjual, menghasilkan, menerima, tinggal, ada"
    ),
    determiners=phrases("setiap, para, sebuah, seorang, ibu, bapak, pak, bu"),
    counters=phrases("buah, orang, ekor, cara, butir, lembar, kali, batang, unit, apel, buku"),
    operators={"kuadrat": "({})^2", "pangkat dua": "({})^2"},
    operators_before={"akar": "\\sqrt{{{}}}", "akar dari": "\\sqrt{{{}}}"},
    doubt=phrases(
        "tidak, bukan, atau, mungkin, sekitar, kira-kira, hampir, lebih, kurang, minimal, "
        "maksimal, jika, kecuali, antara, sampai, setengah, kali lipat"
    ),
    nouns="none",
)
SWAHILI = Language(
    code="sw",
    answer=phrases("jibu, majibu"),
    lead=phrases("kwa hiyo, hivyo, basi, na, kwa hivyo"),
    after=phrases("la mwisho, sahihi, letu"),
    link=phrases("ni, litakuwa"),
    minus=phrases("hasi"),
    percent=phrases("asilimia"),
    percent_before=phrases("asilimia"),
    scales=values(
        "mia=100; elfu=1000; laki=100000; milioni=1000000; bilioni=1000000000; dazeni=12"
    ),
    units=names(
        "sekunde: seconds; dakika: minutes; saa masaa: hours; siku: days; wiki: weeks; "
        "miezi: months; miaka: years; mita: meters; kilo: kg; lita: liters; dola: dollars; "
        "shilingi: shillings"
    ),
    doubt=phrases(
        "si, sio, au, labda, takriban, karibu, zaidi, pungufu, angalau, kama, nusu, hadi"
    ),
    nouns="none",
)
TURKISH = Language(
    code="tr",
    choice=phrases("seçenek, şık, şıkkı, seçeneği"),
    wrong=phrases(
        "yanlış, yanlıştır, doğru değil, doğru değildir, hatalı, hatalıdır, bir hata, değil, "
        "bilinmiyor, şaka"
    ),
    denial=phrases("yanlış, varsayalım, diyelim ki, eğer, hatalı"),
    anaphors=phrases("bu, şu, bu cevap, yukarıdaki, yukarıdaki cevap, cevabım, cevap, bu sonuç"),
    turns=phrases("bekle, hayır, dur, pardon, aslında, ama, özür dilerim, üzgünüm"),
    answer=phrases("cevap, cevabı, yanıt, yanıtı, sonuç, cevabımız"),
    lead=phrases(
        "son, doğru, nihai, bu nedenle, dolayısıyla, sonuç olarak, o halde, ve, sorunun, kesin"
    ),
    bare_link=True,
    link=phrases("şudur, olur, budur"),
    before_number=phrases("toplam, tam"),
    ending=phrases("'dir, 'dır, 'tir, 'tır, 'dur, 'dür, 'tur, 'tür, dir, dır, olur"),
    minus=phrases("eksi"),
    percent=phrases("yüzde"),
    percent_before=phrases("yüzde"),
    scales=values("yüz=100; bin=1000; milyon=1000000; milyar=1000000000; düzine=12"),
    digits=values(
        "sıfır=0; bir=1; iki=2; üç=3; dört=4; beş=5; altı=6; yedi=7; sekiz=8; dokuz=9; on=10"
    ),
    units=names(
        "saniye: seconds; dakika: minutes; saat: hours; gün: days; hafta: weeks; ay: months; "
        "yıl: years; metre: meters; kilometre: km; santimetre: cm; gram: grams; "
        "kilogram: kg; litre: liters; derece: degrees; lira: lira; dolar: dollars; avro: euros"
    ),
    counters=phrases("adet, tane, kişi, farklı yol, yol"),
    operators={"kare": "({})^2", "karesi": "({})^2", "faktöriyel": "({})!"},
    operators_before={"karekök": "\\sqrt{{{}}}", "kök": "\\sqrt{{{}}}"},
    doubt=phrases(
        "değil, değildir, olmaz, olamaz, veya, ya da, belki, yaklaşık, neredeyse, fazla, az, en az, en çok, eğer, hariç, "
        "arası, yarım, yarısı, kat, buçuk"
    ),
    nouns="none",
)

ASIAN = (CHINESE, JAPANESE, KOREAN, THAI, VIETNAMESE, INDONESIAN, SWAHILI, TURKISH)
